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

  max_people = 25
  protected  = ["break.glass@acme.com"]
}
