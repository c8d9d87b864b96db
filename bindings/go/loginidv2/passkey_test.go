package loginidv2_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// passkey is a user's device with a browser, on a page of this origin.
type passkey struct {
	key   *ecdsa.PrivateKey
	id    []byte
	uses  uint32
	fails func(error)
}

const origin = "http://localhost:8000"

func newPasskey(t *testing.T) *passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	return &passkey{key: key, id: id, fails: func(err error) { t.Helper(); t.Fatal(err) }}
}

// create answers the options for a new passkey, as navigator.credentials.create does.
func (p *passkey) create(options json.RawMessage) json.RawMessage {
	client := p.clientData("webauthn.create", options)
	public, err := p.key.PublicKey.ECDH()
	if err != nil {
		p.fails(err)
	}
	point := public.Bytes() // 4, x, y
	cose := concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	data := concat(p.authenticatorData(0x45), make([]byte, 16), []byte{0, byte(len(p.id))}, p.id, cose)
	attestation := concat([]byte{0xa3}, text("fmt"), text("none"), text("attStmt"), []byte{0xa0},
		text("authData"), []byte{0x58, byte(len(data))}, data)
	return p.credential(map[string]string{
		"clientDataJSON": encode(client), "attestationObject": encode(attestation),
	})
}

// get answers the options for a login or a transaction, as navigator.credentials.get does.
func (p *passkey) get(options json.RawMessage) json.RawMessage {
	client, data := p.clientData("webauthn.get", options), p.authenticatorData(5)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		p.fails(err)
	}
	return p.credential(map[string]string{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature),
	})
}

func (p *passkey) clientData(kind string, options json.RawMessage) []byte {
	var of struct{ Challenge string }
	if err := json.Unmarshal(options, &of); err != nil {
		p.fails(err)
	}
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": of.Challenge, "origin": origin})
	if err != nil {
		p.fails(err)
	}
	return text
}

func (p *passkey) authenticatorData(flags byte) []byte {
	p.uses++
	relyingParty := sha256.Sum256([]byte("localhost"))
	return binary.BigEndian.AppendUint32(append(relyingParty[:], flags), p.uses)
}

// credential is the object of PublicKeyCredential.toJSON().
func (p *passkey) credential(response map[string]string) json.RawMessage {
	text, err := json.Marshal(map[string]any{
		"id": encode(p.id), "rawId": encode(p.id), "type": "public-key", "response": response,
	})
	if err != nil {
		p.fails(err)
	}
	return text
}

func encode(binary []byte) string {
	return base64.RawURLEncoding.EncodeToString(binary)
}

// text is a short text in CBOR.
func text(text string) []byte {
	return append([]byte{0x60 | byte(len(text))}, text...)
}

func concat(parts ...[]byte) []byte {
	return bytes.Join(parts, nil)
}
