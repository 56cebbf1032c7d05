terraform {
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

provider "offboard" {
  okta = {
    org_url = "https://acme.okta.com"
    # The credential comes from OKTA_API_TOKEN, or from OKTA_API_CLIENT_ID, OKTA_API_PRIVATE_KEY and
    # OKTA_API_PRIVATE_KEY_ID.
  }

  google = {
    admin                       = "offboarding@acme.com"
    impersonate_service_account = "offboard@acme-automation.iam.gserviceaccount.com"
    # Whoever runs this signs in the service account's name: there is no key.
  }

  github = {
    organization = "acme"
    # The credentials come from GITHUB_TOKEN, an owner's, and from GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and
    # GITHUB_APP_PEM_FILE.
  }

  aws = {
    account_id = "111122223333"
    region     = "eu-central-1"
    root_email = "aws@acme.com"
    # The credential comes from the environment, as for the aws provider.
  }

  vault = {
    address = "https://vault.acme.com:8200"
    # The credential comes from VAULT_TOKEN.
  }

  scim = {
    slack = {
      url     = "https://api.slack.com/scim/v2"
      profile = "slack"
      # The credential comes from OFFBOARD_SCIM_SLACK_TOKEN.
    }
  }

  max_people = 25
  protected  = ["break.glass@acme.com"]
}
