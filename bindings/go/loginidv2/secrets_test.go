package loginidv2_test

import (
	"encoding/json"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/leaks"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

func TestNoCopyOfAnArgumentIsLeft(t *testing.T) {
	leaks.Check(t, 18, func() map[string]func(secret string) {
		client := newClient(t)
		refused := func(err error) {
			if err == nil {
				t.Error("nothing was refused")
			}
		}
		return map[string]func(secret string){
			"a token to verify": func(secret string) {
				_, err := client.VerifyToken(ctx, secret)
				refused(err)
			},
			"the token of a user": func(secret string) {
				_, err := client.ListPasskeys(ctx, loginidv2.Who{Username: ada, Token: secret})
				refused(err)
			},
			"a code": func(secret string) {
				_, err := client.VerifyOTP(ctx, "", secret, "")
				refused(err)
			},
			"a session": func(secret string) {
				_, err := client.CompleteTx(ctx, secret, json.RawMessage("{}"))
				refused(err)
			},
			"a key": func(secret string) {
				_, err := loginidv2.New("ftp://app.example", secret)
				refused(err)
			},
			"the keys of a configuration": func(secret string) {
				_, err := loginidv2.NewWithConfig(loginidv2.Config{BaseURL: "ftp://app.example", APIKey: secret, ClientKeyPEM: secret})
				refused(err)
			},
		}
	})
}
