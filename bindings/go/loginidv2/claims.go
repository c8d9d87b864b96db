package loginidv2

import (
	"encoding/json"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

// Claims are the claims of a token of the service; Raw has them all. The user is Username, with
// the id Subject.
type Claims struct {
	Raw       json.RawMessage `json:"-"`
	Subject   string          `json:"sub"`
	Username  string          `json:"username"`
	Issuer    string          `json:"iss"`
	IssuedAt  json.Number     `json:"iat"`
	ExpiresAt json.Number     `json:"exp"`
	// TokenType is "jwtAccess" in the token of a login.
	TokenType string `json:"tokenType"`
	// The library passes these on as they are. A claim of another type is only in Raw.
	PasskeyID string   `json:"credID"`
	Scopes    []string `json:"scopes"`
	RPID      string   `json:"rpId"`
}

// UnmarshalJSON reads the claims, whose names must be exact, and keeps the text.
func (c *Claims) UnmarshalJSON(text []byte) error {
	var checked struct {
		Subject   string          `json:"sub"`
		Username  string          `json:"username"`
		Issuer    string          `json:"iss"`
		IssuedAt  json.Number     `json:"iat"`
		ExpiresAt json.Number     `json:"exp"`
		TokenType json.RawMessage `json:"tokenType"`
		PasskeyID json.RawMessage `json:"credID"`
		Scopes    json.RawMessage `json:"scopes"`
		RPID      json.RawMessage `json:"rpId"`
	}
	if err := strictjson.Unmarshal(text, &checked); err != nil {
		return err
	}
	*c = Claims{
		Raw:       append(json.RawMessage(nil), text...),
		Subject:   checked.Subject,
		Username:  checked.Username,
		Issuer:    checked.Issuer,
		IssuedAt:  checked.IssuedAt,
		ExpiresAt: checked.ExpiresAt,
		TokenType: ofType[string](checked.TokenType),
		PasskeyID: ofType[string](checked.PasskeyID),
		Scopes:    ofType[[]string](checked.Scopes),
		RPID:      ofType[string](checked.RPID),
	}
	return nil
}

// ofType is a value of this type, or the zero value in place of another one.
func ofType[T any](text json.RawMessage) T {
	var value, zero T
	if len(text) == 0 || json.Unmarshal(text, &value) != nil {
		return zero
	}
	return value
}
