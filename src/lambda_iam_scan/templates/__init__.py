"""What readers share: position-keeping nodes and CloudFormation intrinsics."""
