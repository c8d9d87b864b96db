package loginid

import "github.com/libloginid/libloginid/bindings/go/internal/native"

// KeyPair is a new key: the public one is for the dashboard.
type KeyPair struct {
	Result
	PrivateKey string `json:"private_key"`
	PublicKey  string `json:"public_key"`
}

// GenerateKeyPair makes a P-256 key pair, as PEM.
func GenerateKeyPair() (*KeyPair, error) {
	return native.Decode[KeyPair](native.GenerateKeyPair())
}
