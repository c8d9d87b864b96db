package loginid

// Who identifies a user by id, by username or by both.
type Who struct {
	ID, Username string
}

// Username identifies a user by username.
func Username(username string) Who {
	return Who{Username: username}
}

// UserID identifies a user by id.
func UserID(id string) Who {
	return Who{ID: id}
}

// FIDO2Options are the options of a new FIDO2 credential. Missing options are not sent.
// RegisterSession is only for RegisterFIDO2Init.
type FIDO2Options struct {
	DisplayName          string `json:"display_name,omitempty"`
	OverrideName         string `json:"override_name,omitempty"`
	RoamingAuthenticator bool   `json:"roaming_authenticator,omitempty"`
	RegisterSession      bool   `json:"register_session,omitempty"`
}
