package loginid_test

import (
	"context"
	"errors"
	"fmt"

	loginid "github.com/libloginid/libloginid/bindings/go"
)

func Example() {
	client, err := loginid.NewFromEnv() // LOGINID_CLIENT_ID, LOGINID_PRIVATE_KEY
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	if _, err := client.AddUserWithoutCredentials(ctx, "grace@example.com"); err != nil {
		fmt.Println(err)
		return
	}
	user, err := client.GetUser(ctx, "grace@example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.Username, user.Status)
	fmt.Println(client.DeleteByUserID(ctx, user.ID))
	// Output:
	// grace@example.com active
	// <nil>
}

func ExampleError() {
	client, err := loginid.NewFromEnv()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	_, err = client.GetUser(context.Background(), "nobody@example.com")
	var failure *loginid.Error
	if errors.Is(err, loginid.ErrUserNotFound) && errors.As(err, &failure) {
		fmt.Println(failure.Status, failure.Code, failure.HTTPStatus, failure.Operation)
	}
	// Output: LID_ERROR_API user_not_found 404 get_user
}

// fake has all calls of the interface, later ones too. Those that the test does not expect panic.
type fake struct {
	loginid.API
}

func (fake) GetUser(context.Context, string) (*loginid.User, error) {
	return &loginid.User{ID: "7"}, nil
}

func ExampleAPI() {
	var loginID loginid.API = fake{}
	user, err := loginID.GetUser(context.Background(), "ada@example.com")
	fmt.Println(user.ID, err)
	// Output: 7 <nil>
}
