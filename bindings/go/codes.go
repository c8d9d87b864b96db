package loginid

/*
#include <loginid.h>
*/
import "C"

import "context"

// GenerateCode makes a code of a type (short, long or phrase) and purpose
// (temporary_authentication or add_credential); authorized, it may be used at
// once.
func (c *Client) GenerateCode(
	ctx context.Context, codeType, purpose string, authorize bool, who Who,
) (*Code, error) {
	return call[Code](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_generate_code(client, s[0], s[1], C.bool(authorize), s[2], s[3], out)
		},
		given("code_type", codeType), given("purpose", purpose), maybe("user_id", who.ID), maybe("username", who.Name))
}

// AuthorizeCode allows a code to be used. The result has no Code.
func (c *Client) AuthorizeCode(
	ctx context.Context, code, codeType, purpose string, who Who,
) (*Code, error) {
	return call[Code](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_authorize_code(client, s[0], s[1], s[2], s[3], s[4], out)
		},
		given("code", code), given("code_type", codeType), given("purpose", purpose), maybe("user_id", who.ID), maybe("username", who.Name))
}

// InvalidateAllCodes invalidates a user's codes of a type and purpose.
func (c *Client) InvalidateAllCodes(
	ctx context.Context, codeType, purpose string, who Who,
) (*InvalidatedCodes, error) {
	return call[InvalidatedCodes](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_invalidate_all_codes(client, s[0], s[1], s[2], s[3], out)
		},
		given("code_type", codeType), given("purpose", purpose), maybe("user_id", who.ID), maybe("username", who.Name))
}
