package loginid

/*
#include <loginid.h>
*/
import "C"

import "context"

// WaitCode waits until a code of the purpose temporary_authentication is
// authorized, which logs the user in. If the context has no deadline, it ends after
// the configured wait_timeout_ms, three minutes.
//
// The token in the answer (jwt) is verified, and must be of the named user. code is
// secret: no message and no log shows it. jwt is secret: keep it out of logs.
func (c *Client) WaitCode(
	ctx context.Context, username, code, codeType string,
) (*Authentication, error) {
	return call[Authentication](ctx, c, "wait_code",
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_wait_code(client, s[0], s[1], s[2], 0, nil, out)
		},
		given("username", username), given("code", code), given("code_type", codeType))
}
