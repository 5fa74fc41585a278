"""LIS304 and LIS305, explained."""

from lambda_iam_scan.model.finding import Rule, Severity

NOT_ALLOWED = Rule(
    code="LIS304",
    name="invocation-not-allowed",
    severity=Severity.ERROR,
    summary="A trigger has no permission to invoke the function",
    what="Something in the template or account invokes the function (a bucket's notifications, a rule, an API, a state machine ...), and "
    "neither the function's resource-based policy nor the role that the caller uses allows it. A permission counts only for the very "
    "function, alias or version that is invoked, and only where its `SourceArn` and `SourceAccount` fit the caller.",
    why="The caller gets `AccessDenied`; the function is never invoked and has no logs to look into. With S3 the deployment fails.",
    example="Type: AWS::S3::Bucket\nProperties:\n  NotificationConfiguration:\n"
    '    LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Thumbnails.Arn}]\n# and no AWS::Lambda::Permission',
    instead="Type: AWS::Lambda::Permission\nProperties:\n  Action: lambda:InvokeFunction\n  FunctionName: !Ref Thumbnails\n"
    "  Principal: s3.amazonaws.com\n  SourceArn: arn:aws:s3:::my-bucket\n  SourceAccount: !Ref AWS::AccountId",
    fix="Add the suggested `AWS::Lambda::Permission`, or allow `lambda:InvokeFunction` in the caller's role. In SAM an entry under "
    "`Events` writes the permission.",
)
TOO_OPEN = Rule(
    code="LIS305",
    name="invocation-too-open",
    severity=Severity.WARNING,
    summary="A service may invoke the function on behalf of any account",
    what="The function's resource-based policy admits an AWS service without tying it to a resource (`SourceArn`) or an account "
    "(`SourceAccount`), or admits everybody. For S3 the bucket's ARN alone does not tie it to an account.",
    why="Services act for all their customers: anyone who knows the function's ARN can have the service invoke it with events of their "
    "making (the confused deputy). A bucket's name can be taken over by another account once the bucket is deleted.",
    example="Type: AWS::Lambda::Permission\n"
    "Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: sns.amazonaws.com}",
    instead="Type: AWS::Lambda::Permission\n"
    "Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: sns.amazonaws.com, SourceArn: !Ref Topic}",
    fix="Add `SourceArn`, or `SourceAccount: !Ref AWS::AccountId` where the ARN is unknown or has none; for Alexa `EventSourceToken`.",
)
