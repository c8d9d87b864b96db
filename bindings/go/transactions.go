package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"encoding/json"
)

// GenerateTxAuthToken makes a token that allows creating one transaction with
// this payload. Username and nonce may be empty.
func (c *Client) GenerateTxAuthToken(
	ctx context.Context, payload, username, nonce string,
) (*Token, error) {
	return call[Token](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_generate_tx_auth_token(client, s[0], s[1], s[2], out)
		},
		given("tx_payload", payload), maybe("username", username), maybe("nonce", nonce))
}

// CreateTx creates a transaction for a user to confirm. Username and nonce may
// be empty.
func (c *Client) CreateTx(
	ctx context.Context, payload, username, nonce string,
) (*Transaction, error) {
	return call[Transaction](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_create_tx(client, s[0], s[1], s[2], out)
		},
		given("tx_payload", payload), maybe("username", username), maybe("nonce", nonce))
}

// VerifyTransaction verifies the token of a confirmed transaction and that it
// confirms exactly this payload. Anything else is an error.
func (c *Client) VerifyTransaction(
	ctx context.Context, token, payload string,
) (*VerifiedToken, error) {
	return call[VerifiedToken](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_verify_transaction(client, s[0], s[1], nil, out)
		},
		given("token", token), given("tx_payload", payload))
}

// VerifyTransactionWithNonce also verifies that it is the transaction that was
// created with this nonce.
func (c *Client) VerifyTransactionWithNonce(
	ctx context.Context, token, payload, nonce string,
) (*VerifiedToken, error) {
	return call[VerifiedToken](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_verify_transaction(client, s[0], s[1], s[2], out)
		},
		given("token", token), given("tx_payload", payload), given("nonce", nonce))
}

// InitTx begins the confirmation of the transaction with this id. The nonce may
// be empty.
func (c *Client) InitTx(
	ctx context.Context, username, id, nonce string,
) (*TransactionChallenge, error) {
	return call[TransactionChallenge](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_init_tx(client, s[0], s[1], nil, s[2], out)
		},
		given("username", username), given("tx_id", id), maybe("nonce", nonce))
}

// InitNewTx begins the confirmation of a new transaction with this payload. The
// nonce may be empty.
func (c *Client) InitNewTx(
	ctx context.Context, username, payload, nonce string,
) (*TransactionChallenge, error) {
	return call[TransactionChallenge](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_init_tx(client, s[0], nil, s[1], s[2], out)
		},
		given("username", username), given("tx_payload", payload), maybe("nonce", nonce))
}

// CompleteTx completes a confirmation with the browser's answer.
func (c *Client) CompleteTx(
	ctx context.Context, id, username string, assertionPayload json.RawMessage,
) (*ConfirmedTransaction, error) {
	return call[ConfirmedTransaction](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_complete_tx(client, s[0], s[1], s[2], out)
		},
		given("tx_id", id), given("username", username), given("assertion_payload", string(assertionPayload)))
}
