package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"encoding/json"
)

// RegisterFIDO2Init begins a FIDO2 registration. The options may be nil.
func (c *Client) RegisterFIDO2Init(
	ctx context.Context, username string, options *FIDO2Options,
) (*Attestation, error) {
	return call[Attestation](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_register_fido2_init(client, s[0], s[1], out)
		},
		given("username", username), maybe("options", options.json()))
}

// RegisterFIDO2Complete completes it with the browser's answer. The name may be
// empty.
func (c *Client) RegisterFIDO2Complete(
	ctx context.Context, username string, attestationPayload json.RawMessage, credentialName string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_register_fido2_complete(client, s[0], s[1], s[2], out)
		},
		given("username", username), given("attestation_payload", string(attestationPayload)), maybe("credential_name", credentialName))
}

// RegisterPassword registers a user with a password.
func (c *Client) RegisterPassword(
	ctx context.Context, username, password string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_register_password(client, s[0], s[1], out)
		},
		given("username", username), given("password", password))
}

// AuthenticatePassword logs a user in with a password.
func (c *Client) AuthenticatePassword(
	ctx context.Context, username, password string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_password(client, s[0], s[1], out)
		},
		given("username", username), given("password", password))
}

// AuthenticateFIDO2Init begins a FIDO2 login.
func (c *Client) AuthenticateFIDO2Init(ctx context.Context, username string) (*Assertion, error) {
	return call[Assertion](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_fido2_init(client, s[0], out)
		},
		given("username", username))
}

// AuthenticateFIDO2Complete completes it with the browser's answer.
func (c *Client) AuthenticateFIDO2Complete(
	ctx context.Context, username string, assertionPayload json.RawMessage,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_fido2_complete(client, s[0], s[1], out)
		},
		given("username", username), given("assertion_payload", string(assertionPayload)))
}

// AuthenticateDocScanInit begins a login by document scan. The credential may be
// empty.
func (c *Client) AuthenticateDocScanInit(
	ctx context.Context, username, credentialID string,
) (*DocScan, error) {
	return call[DocScan](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_doc_scan_init(client, s[0], s[1], out)
		},
		given("username", username), maybe("credential_id", credentialID))
}

// AuthenticateDocScanComplete completes a login by document scan.
func (c *Client) AuthenticateDocScanComplete(
	ctx context.Context, username, credentialID string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_doc_scan_complete(client, s[0], s[1], out)
		},
		given("username", username), given("credential_id", credentialID))
}

// AuthenticatePublicKeyInit begins a login with a public key (PEM). An empty
// algorithm is ES256.
func (c *Client) AuthenticatePublicKeyInit(
	ctx context.Context, username, publicKey, algorithm string,
) (*PublicKeyChallenge, error) {
	return call[PublicKeyChallenge](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_publickey_init(client, s[0], s[1], s[2], out)
		},
		given("username", username), given("publickey", publicKey), maybe("publickey_alg", algorithm))
}

// AuthenticatePublicKeyComplete completes it with the JWT that the user's key
// signed.
func (c *Client) AuthenticatePublicKeyComplete(
	ctx context.Context, username, challengeID, assertion string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authenticate_publickey_complete(client, s[0], s[1], s[2], out)
		},
		given("username", username), given("challenge_id", challengeID), given("assertion", assertion))
}
