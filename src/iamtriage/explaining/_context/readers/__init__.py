"""Find what the text around a failure states, with a module per kind of statement.

Code and templates have one reader each, and no rule has a pattern for a block or resource: ``terraform_code`` (blocks, and
the lines of Terraform's log), ``template_resources`` (CloudFormation, SAM and the Serverless Framework), and
``coded_principals`` for roles and users in either. To read another attribute, ask a block or resource for it.
"""
