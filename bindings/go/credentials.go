package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"encoding/json"
)

// GetCredentials lists a user's credentials of a status (active, inactive,
// revoked or deleted), or all of them if it is empty.
func (c *Client) GetCredentials(ctx context.Context, status string, who Who) (*Credentials, error) {
	return call[Credentials](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_get_credentials(client, s[0], s[1], s[2], out)
		},
		maybe("status", status), maybe("user_id", who.ID), maybe("username", who.Name))
}

// RenameCredential changes the name of a credential.
func (c *Client) RenameCredential(
	ctx context.Context, credentialID, name string, who Who,
) (*ChangedCredential, error) {
	return call[ChangedCredential](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_rename_credential(client, s[0], s[1], s[2], s[3], out)
		},
		given("credential_id", credentialID), given("name", name), maybe("user_id", who.ID), maybe("username", who.Name))
}

// RevokeCredential revokes a credential permanently.
func (c *Client) RevokeCredential(
	ctx context.Context, credentialID string, who Who,
) (*ChangedCredential, error) {
	return call[ChangedCredential](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_revoke_credential(client, s[0], s[1], s[2], out)
		},
		given("credential_id", credentialID), maybe("user_id", who.ID), maybe("username", who.Name))
}

// ForceFIDO2CredentialInit begins adding a FIDO2 credential without the user's
// code. The options may be nil.
func (c *Client) ForceFIDO2CredentialInit(
	ctx context.Context, who Who, options *FIDO2Options,
) (*Attestation, error) {
	return call[Attestation](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_force_fido2_credential_init(client, s[0], s[1], s[2], out)
		},
		maybe("user_id", who.ID), maybe("username", who.Name), maybe("options", options.json()))
}

// InitAddFIDO2CredentialWithCode begins adding a FIDO2 credential with an
// authorized code. The options may be nil.
func (c *Client) InitAddFIDO2CredentialWithCode(
	ctx context.Context, code, codeType, username string, options *FIDO2Options,
) (*Attestation, error) {
	return call[Attestation](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_init_add_fido2_credential_with_code(client, s[0], s[1], s[2], s[3], out)
		},
		given("code", code), given("code_type", codeType), given("username", username), maybe("options", options.json()))
}

// CompleteAddFIDO2Credential completes it with the browser's answer. The name
// may be empty.
func (c *Client) CompleteAddFIDO2Credential(
	ctx context.Context, attestationPayload json.RawMessage, username, credentialName string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_complete_add_fido2_credential(client, s[0], s[1], s[2], out)
		},
		given("attestation_payload", string(attestationPayload)), given("username", username), maybe("credential_name", credentialName))
}

// AddDocScanCredentialInit begins adding a document scan. The name may be empty.
func (c *Client) AddDocScanCredentialInit(
	ctx context.Context, who Who, credentialName string,
) (*DocScan, error) {
	return call[DocScan](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_add_doc_scan_credential_init(client, s[0], s[1], s[2], out)
		},
		maybe("user_id", who.ID), maybe("username", who.Name), maybe("credential_name", credentialName))
}

// AddDocScanCredentialComplete completes adding a document scan. The result has
// a JWT only if the credential was activated.
func (c *Client) AddDocScanCredentialComplete(
	ctx context.Context, credentialID string, activate bool, who Who,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_add_doc_scan_credential_complete(client, s[0], C.bool(activate), s[1], s[2], out)
		},
		given("credential_id", credentialID), maybe("user_id", who.ID), maybe("username", who.Name))
}

// EvaluateDocScanCredential returns the URL of the result of a document scan.
func (c *Client) EvaluateDocScanCredential(
	ctx context.Context, credentialID string, who Who,
) (*DocScanEvaluation, error) {
	return call[DocScanEvaluation](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_evaluate_doc_scan_credential(client, s[0], s[1], s[2], out)
		},
		given("credential_id", credentialID), maybe("user_id", who.ID), maybe("username", who.Name))
}

// GenerateRecoveryCode makes a code to recover the account.
func (c *Client) GenerateRecoveryCode(ctx context.Context, who Who) (*RecoveryCode, error) {
	return call[RecoveryCode](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_generate_recovery_code(client, s[0], s[1], out)
		},
		maybe("user_id", who.ID), maybe("username", who.Name))
}

// AddPublicKeyCredential adds a public key (PEM). An empty algorithm is ES256;
// the name may be empty.
func (c *Client) AddPublicKeyCredential(
	ctx context.Context, publicKey, algorithm string, who Who, credentialName string,
) (*Authentication, error) {
	return call[Authentication](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_add_publickey_credential(client, s[0], s[1], s[2], s[3], s[4], out)
		},
		given("publickey", publicKey), maybe("publickey_alg", algorithm), maybe("user_id", who.ID), maybe("username", who.Name), maybe("credential_name", credentialName))
}
