"""LIS301."""

from lambda_iam_scan.model.finding import Confidence, Severity
from tests.checks.judging import BASIC, LOGS, codes, findings, function

OWN = "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${Fn}:*'"
WRITE = "['logs:CreateLogStream', 'logs:PutLogEvents']"
GROUP = "  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/aws/lambda/${Fn}'}}"


def says(*statements: str, **more: str) -> list[tuple[str, str | None]]:
    return codes("logging", function(*statements, **more))


def test_a_role_without_policies_loses_logs_and_one_finding_says_so() -> None:
    (finding,) = findings("logging", function())
    assert (finding.code, finding.severity, finding.confidence) == ("LIS301", Severity.WARNING, Confidence.CERTAIN)
    assert finding.members == ("logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup")
    assert "AWSLambdaBasicExecutionRole" in (finding.suggestion or "")


def test_managed_policies_that_contain_the_actions_count() -> None:
    for name in ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaSQSQueueExecutionRole"):
        assert says(managed=f"'arn:aws:iam::aws:policy/service-role/{name}'") == []


def test_other_managed_policies_do_not_count() -> None:
    assert says(managed="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess") == [("LIS301", None)]


def test_the_functions_own_log_group_is_enough() -> None:
    assert (
        says(f"{{Effect: Allow, Action: {WRITE}, Resource: {OWN}}}", "{Effect: Allow, Action: 'logs:CreateLogGroup', Resource: '*'}") == []
    )


def test_another_log_group_is_not_enough() -> None:
    other = OWN.replace("${Fn}", "another")
    assert says(f"{{Effect: Allow, Action: 'logs:*', Resource: {other}}}") == [("LIS301", None)]


def test_a_log_group_without_the_star_behind_it_covers_no_stream() -> None:
    assert says(f"{{Effect: Allow, Action: 'logs:*', Resource: {OWN.replace(':*', '')}}}") == [("LIS301", None)]


def test_a_single_missing_action_is_named() -> None:
    assert says("{Effect: Allow, Action: ['logs:CreateLogGroup', 'logs:CreateLogStream'], Resource: '*'}") == [
        ("LIS301", "logs:PutLogEvents")
    ]


def test_only_the_group_cannot_be_created_is_a_note() -> None:
    (finding,) = findings("logging", function(f"{{Effect: Allow, Action: {WRITE}, Resource: '*'}}"))
    assert (finding.severity, finding.confidence, finding.action) == (Severity.NOTE, Confidence.POSSIBLE, "logs:CreateLogGroup")


def test_a_declared_log_group_needs_no_creating() -> None:
    assert says(f"{{Effect: Allow, Action: {WRITE}, Resource: '*'}}", resources=GROUP) == []


def test_denying_the_groups_creation_alone_is_on_purpose() -> None:
    assert says("{Effect: Deny, Action: 'logs:CreateLogGroup', Resource: '*'}", managed=BASIC) == []


def test_denying_all_of_it_is_reported_with_the_statement() -> None:
    (finding,) = findings("logging", function("{Effect: Deny, Action: 'logs:*', Resource: '*'}", managed=BASIC))
    assert "denies logs:PutLogEvents" in finding.message
    assert finding.suggestion is None
    assert any(related.message == "denied here" for related in finding.related)


def test_a_custom_log_group_is_the_one_that_counts() -> None:
    custom = "LoggingConfig: {LogGroup: /apps/shop}"
    shop = "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/apps/shop:*'"
    assert says(f"{{Effect: Allow, Action: 'logs:*', Resource: {shop}}}", properties=custom) == []
    assert says(f"{{Effect: Allow, Action: 'logs:*', Resource: {OWN}}}", properties=custom) == [("LIS301", None)]


def test_a_role_with_an_unread_policy_may_have_it() -> None:
    assert says(managed="arn:aws:iam::111122223333:policy/elsewhere") == []


def test_a_role_of_another_stack_may_have_it() -> None:
    assert codes("logging", function(LOGS).replace("!GetAtt Role.Arn", "!ImportValue role")) == []
