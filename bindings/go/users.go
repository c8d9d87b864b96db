package loginid

/*
#include <loginid.h>
*/
import "C"

import "context"

// GetUser reads a user's profile.
func (c *Client) GetUser(ctx context.Context, username string) (*User, error) {
	return call[User](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_get_user(client, s[0], out)
		},
		given("username", username))
}

// AddUserWithoutCredentials adds a user who has no credential yet.
func (c *Client) AddUserWithoutCredentials(ctx context.Context, username string) (*User, error) {
	return call[User](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_add_user_without_credentials(client, s[0], out)
		},
		given("username", username))
}

// ActivateUserByID lets a deactivated user log in again.
func (c *Client) ActivateUserByID(ctx context.Context, userID string) (*User, error) {
	return call[User](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_activate_user_by_id(client, s[0], out)
		},
		given("user_id", userID))
}

// DeactivateUserByID prevents a user from logging in.
func (c *Client) DeactivateUserByID(ctx context.Context, userID string) (*User, error) {
	return call[User](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_deactivate_user_by_id(client, s[0], out)
		},
		given("user_id", userID))
}

// DeleteByUserID deletes a user and all credentials.
func (c *Client) DeleteByUserID(ctx context.Context, userID string) error {
	_, err := call[Result](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_delete_by_user_id(client, s[0], out)
		},
		given("user_id", userID))
	return err
}

// DeleteByUsername deletes a user and all credentials.
func (c *Client) DeleteByUsername(ctx context.Context, username string) error {
	_, err := call[Result](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_delete_by_username(client, s[0], out)
		},
		given("username", username))
	return err
}

// SendEmailVerification makes the service send the user a mail to verify the address.
func (c *Client) SendEmailVerification(ctx context.Context, userID string) error {
	_, err := call[Result](ctx, c,
		func(client *C.lid_client, s []*C.char, out **C.char) C.lid_status {
			return C.lid_send_email_verification(client, s[0], out)
		},
		given("user_id", userID))
	return err
}
