package loginid

/*
#include <loginid.h>
*/
import "C"

import "context"

// GenerateServiceToken makes a token that allows one call of a scope, for
// programs that send requests themselves. The nonce may be empty.
func (c *Client) GenerateServiceToken(
	ctx context.Context, scope string, who Who, nonce string,
) (*Token, error) {
	return call[Token](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_generate_service_token(client, s[0], s[1], s[2], s[3], out)
		},
		given("scope", scope), maybe("username", who.Name), maybe("user_id", who.ID), maybe("nonce", nonce))
}

// VerifyToken verifies a token that the service issued to this application, of
// any user. Every other token is an error.
func (c *Client) VerifyToken(ctx context.Context, token string) (*VerifiedToken, error) {
	return call[VerifiedToken](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_verify_token(client, s[0], nil, out)
		},
		given("token", token))
}

// VerifyTokenOf verifies a token and that it is this user's.
func (c *Client) VerifyTokenOf(
	ctx context.Context, token, username string,
) (*VerifiedToken, error) {
	return call[VerifiedToken](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_verify_token(client, s[0], s[1], out)
		},
		given("token", token), given("username", username))
}
