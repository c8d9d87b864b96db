package loginidv2

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/libloginid/libloginid/bindings/go/internal/native"
)

// Who is the user for whom a call is made. Give one of both.
type Who struct {
	// Username: a grant is requested with the API key, and used once.
	Username string `json:"username"`
	// Token is the user's own LoginID token, or a grant. It is a secret.
	Token string `json:"token"`
}

// Username is a user by name, which needs the API key.
func Username(username string) Who {
	return Who{Username: username}
}

// Token is the user of this LoginID token or grant.
func Token(token string) Who {
	return Who{Token: token}
}

// Format writes the user, for every verb, with the token redacted.
func (w Who) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, native.RedactedText("loginidv2.Who", w))
}

// LogValue is the same for log/slog.
func (w Who) LogValue() slog.Value {
	return native.Redacted(w)
}

// RegisterOptions are the options of [Client.RegisterInit]. What is empty or nil is not sent.
type RegisterOptions struct {
	// UsernameType is "other" if it is not given.
	UsernameType string `json:"username_type,omitempty"`
	DisplayName  string `json:"display_name,omitempty"`
	// SecurityKey: whether the passkey is on a security key.
	SecurityKey *bool `json:"security_key,omitempty"`
	// ConditionalCreate: whether the browser may make the passkey without asking.
	ConditionalCreate *bool `json:"conditional_create,omitempty"`
	// DeviceInfo is an object, as the page sent it.
	DeviceInfo json.RawMessage `json:"device_info,omitempty"`
	// UserAgent is that of the user's browser.
	UserAgent string `json:"user_agent,omitempty"`
}

// AuthenticateOptions are the options of [Client.AuthenticateInit]. What is empty is not sent.
type AuthenticateOptions struct {
	// UsernameType is "other" if it is not given.
	UsernameType string `json:"username_type,omitempty"`
	// DeviceInfo is an object, as the page sent it.
	DeviceInfo json.RawMessage `json:"device_info,omitempty"`
	// UserAgent is that of the user's browser.
	UserAgent string `json:"user_agent,omitempty"`
}
