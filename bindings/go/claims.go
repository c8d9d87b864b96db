package loginid

import (
	"encoding/json"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

// Claims are the claims of a token of the service; Raw has them all. Username is
// udata, or username in a token without it: the name that VerifyTokenOf compares.
type Claims struct {
	Raw         json.RawMessage `json:"-"`
	Subject     string          `json:"sub"`
	NamespaceID string          `json:"nid"`
	Issuer      string          `json:"iss"`
	Username    string          `json:"udata"`
	Action      string          `json:"action"`
	IssuedAt    json.Number     `json:"iat"`
}

// UnmarshalJSON reads the claims, whose names must be exact, and keeps the text.
func (c *Claims) UnmarshalJSON(text []byte) error {
	var claims struct {
		Subject     string      `json:"sub"`
		NamespaceID string      `json:"nid"`
		Issuer      string      `json:"iss"`
		UserData    *string     `json:"udata"`
		Username    string      `json:"username"`
		Action      string      `json:"action"`
		IssuedAt    json.Number `json:"iat"`
	}
	if err := strictjson.Unmarshal(text, &claims); err != nil {
		return err
	}
	if claims.UserData != nil {
		claims.Username = *claims.UserData
	}
	*c = Claims{
		Raw:         append(json.RawMessage(nil), text...),
		Subject:     claims.Subject,
		NamespaceID: claims.NamespaceID,
		Issuer:      claims.Issuer,
		Username:    claims.Username,
		Action:      claims.Action,
		IssuedAt:    claims.IssuedAt,
	}
	return nil
}
