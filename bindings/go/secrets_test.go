package loginid

import (
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/leaks"
)

func TestNoCopyOfAnArgumentIsLeft(t *testing.T) {
	leaks.Check(t, 24, func() map[string]func(secret string) {
		client := newClient(t)
		refused := func(err error) {
			if err == nil {
				t.Error("nothing was refused")
			}
		}
		return map[string]func(secret string){
			"a password": func(secret string) {
				_, err := client.AuthenticatePassword(ctx, "", secret)
				refused(err)
			},
			"an id with a NUL after it": func(secret string) {
				_, err := client.CompleteTx(ctx, secret, "\x00", nil)
				refused(err)
			},
			"a token": func(secret string) {
				_, err := client.VerifyToken(ctx, secret)
				refused(err)
			},
			"a code": func(secret string) {
				_, err := client.AuthorizeCode(ctx, secret, "none", "none", Username(ada))
				refused(err)
			},
			"a code to wait for": func(secret string) {
				_, err := client.WaitCode(ctx, "", secret, "short")
				refused(err)
			},
			"a key": func(secret string) {
				_, err := New("id", secret, "")
				refused(err)
			},
			"the keys of a configuration": func(secret string) {
				_, err := NewWithConfig(Config{ClientID: "id", PrivateKey: secret, ClientKeyPEM: secret})
				refused(err)
			},
			"a document": func(secret string) {
				_, err := JSONGet(secret, "/private_key")
				refused(err)
			},
		}
	})
}
