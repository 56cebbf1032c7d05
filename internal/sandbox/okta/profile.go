package okta

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// credentials is what can be written of a person's credentials here.
type credentials struct {
	Password         *passwordValue    `json:"password"`
	RecoveryQuestion *recoveryQuestion `json:"recovery_question"`
}

type passwordValue struct {
	Value string `json:"value"`
}

type recoveryQuestion struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// updateUser is a partial update: what is not mentioned stays, null clears.
func (c *call) updateUser() reply {
	var body struct {
		Profile     map[string]any `json:"profile"`
		Credentials *credentials   `json:"credentials"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	switch {
	case body.Profile != nil && !c.sees("okta.users.userprofile.manage", c.user),
		body.Credentials != nil && !c.sees("okta.users.credentials.manage", c.user):
		return forbidden().reply()
	case c.user.Status == deprovisioned:
		// Okta can be set up to allow it (Okta's document, updateUser); this org is not.
		return wrongStatus().reply()
	}
	// Nothing is written before everything is known to be right.
	changed := *c.user
	changed.Profile = map[string]string{}
	for name, value := range c.user.Profile {
		changed.Profile[name] = value
	}
	if failed := c.writeProfile(&changed, body.Profile); failed != nil {
		return failed.reply()
	}
	if body.Credentials != nil {
		if failed := c.writeCredentials(&changed, *body.Credentials); failed != nil {
			return failed.reply()
		}
	}
	changed.LastUpdated = c.now
	*c.user = changed
	if body.Profile != nil {
		c.state.applyRules(c.user, c.now)
		c.wrote(c.user.ID)
	}
	return ok(c.userRow(c.user))
}

// writeProfile merges attributes into a person's profile.
func (c *call) writeProfile(u *user, profile map[string]any) *failure {
	if len(profile) > 0 && u.Source != "" {
		return sourcedElsewhere()
	}
	for name, value := range profile {
		switch value := value.(type) {
		case nil:
			delete(u.Profile, name)
		case string:
			u.Profile[name] = value
		default:
			return invalid(name, name+": The value is of the wrong type")
		}
		if !slices.Contains(profileAttributes, name) {
			return invalid("newUser", fmt.Sprintf("Property name '%s' is not a property of the user profile", name))
		}
	}
	if login := u.login(); login != "" {
		if other := c.state.userByLogin(login); other != nil && other.ID != u.ID {
			return invalid("login", "login: An object with this field already exists in the current organization")
		}
	}
	for _, required := range []string{"login", "email", "firstName", "lastName"} {
		if u.Profile[required] == "" {
			return invalid(required, required+": The field cannot be left blank")
		}
	}
	return nil
}

// The rules of Okta's default password policy, as far as okta.md has them.
const (
	shortestPassword = 8
	longestPassword  = 72
	shortestAnswer   = 4
	shortestPart     = 4
)

// containsPartOf says whether a password contains what lies between the punctuation of a login.
func containsPartOf(password, login string) bool {
	local, _, _ := strings.Cut(strings.ToLower(login), "@")
	parts := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(parts, func(part string) bool {
		return len(part) >= shortestPart && strings.Contains(strings.ToLower(password), part)
	})
}

// writeCredentials sets a password or a recovery question. Neither is kept, only that they are there.
func (c *call) writeCredentials(u *user, change credentials) *failure {
	if change == (credentials{}) {
		return nil
	}
	if u.Provider.Type != "OKTA" || u.Source != "" {
		return sourcedElsewhere()
	}
	if change.Password != nil {
		length := utf8.RuneCountInString(change.Password.Value)
		if length < shortestPassword || length > longestPassword ||
			containsPartOf(change.Password.Value, u.login()) {
			return invalid("password", fmt.Sprintf(
				"password: Password requirements were not met. Password requirements: at least %d characters, "+
					"no more than %d, no parts of your username.",
				shortestPassword, longestPassword))
		}
		u.Password, u.PasswordChanged = true, c.now
	}
	if change.RecoveryQuestion != nil {
		if change.RecoveryQuestion.Question == "" {
			return invalid("recovery_question", "recovery_question.question: The field cannot be left blank")
		}
		if utf8.RuneCountInString(change.RecoveryQuestion.Answer) < shortestAnswer {
			return invalid("recovery_question", fmt.Sprintf(
				"recovery_question: The security question answer must be at least %d characters in length", shortestAnswer))
		}
		u.Question = change.RecoveryQuestion.Question
	}
	return nil
}
