package loginid

import "encoding/json"

// User is a user's profile.
type User struct {
	Result
	ID          string    `json:"id"`
	ClientID    string    `json:"client_id"`
	Username    string    `json:"username"`
	Status      string    `json:"status"`
	Type        string    `json:"type"`
	NamespaceID string    `json:"namespace_id"`
	CreatedAt   string    `json:"created_at"`
	UpdatedAt   string    `json:"updated_at"`
	Contacts    []Contact `json:"contacts"`
}

// Contact is a user's mail address or telephone number.
type Contact struct {
	Type       string `json:"type"`
	Contact    string `json:"contact"`
	IsVerified bool   `json:"is_verified"`
}

// Credential is a credential of a user.
type Credential struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Status    string `json:"status"`
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

// Credentials is a list of a user's credentials.
type Credentials struct {
	Result
	UserID      string       `json:"user_id"`
	Credentials []Credential `json:"credentials"`
}

// ChangedCredential is a credential after a change.
type ChangedCredential struct {
	Result
	UserID     string     `json:"user_id"`
	Credential Credential `json:"credential"`
}

// Authentication is the answer to a login. The library has verified its JWT.
type Authentication struct {
	Result
	JWT             string `json:"jwt"`
	IsAuthenticated bool   `json:"is_authenticated"`
	User            struct {
		ID          string `json:"id"`
		Username    string `json:"username"`
		NamespaceID string `json:"namespace_id"`
	} `json:"user"`
	Client struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"client"`
	Credential *Credential `json:"credential"`
}

// Code is a code for a user.
type Code struct {
	Result
	Code         string `json:"code"`
	ExpiresAt    string `json:"expires_at"`
	IsAuthorized bool   `json:"is_authorized"`
}

// InvalidatedCodes has the time when codes were invalidated.
type InvalidatedCodes struct {
	Result
	DeletedAt string `json:"deleted_at"`
}

// RecoveryCode is a code to recover an account.
type RecoveryCode struct {
	Result
	Code      string `json:"code"`
	CreatedAt string `json:"created_at"`
}

// Token is a token that was made here.
type Token struct {
	Result
	Token string `json:"token"`
}

// VerifiedToken is a token of the service that passed every check.
type VerifiedToken struct {
	Result
	Valid  bool            `json:"valid"`
	Header json.RawMessage `json:"header"`
	Claims Claims          `json:"claims"`
}

// Transaction is a transaction for a user to confirm. The nonce is the one that
// was sent; VerifyTransactionWithNonce takes it.
type Transaction struct {
	Result
	ID    string `json:"id"`
	URL   string `json:"url"`
	Nonce string `json:"nonce"`
}

// TransactionChallenge is for the browser of a user who confirms.
type TransactionChallenge struct {
	Result
	TransactionID    string          `json:"tx_id"`
	AssertionOptions json.RawMessage `json:"assertion_options"`
	Nonce            string          `json:"nonce"`
}

// ConfirmedTransaction has the token that VerifyTransaction takes.
type ConfirmedTransaction struct {
	Result
	JWT string `json:"jwt"`
}

// Attestation is for the browser of a user who registers an authenticator.
type Attestation struct {
	Result
	AttestationPayload json.RawMessage `json:"attestation_payload"`
	RegisterSession    json.RawMessage `json:"register_session"`
}

// Assertion is for the browser of a user who logs in with an authenticator.
type Assertion struct {
	Result
	AssertionPayload json.RawMessage `json:"assertion_payload"`
}

// DocScan is a document scan that has begun.
type DocScan struct {
	Result
	CredentialUUID string `json:"credential_uuid"`
	IframeURL      string `json:"iframe_url"`
}

// DocScanEvaluation has the URL of the result of a document scan: one of the fields is
// empty.
type DocScanEvaluation struct {
	Result
	RequestURL string `json:"request_url"`
	ResultURL  string `json:"result_url"`
	TokenType  string `json:"token_type"`
	AuthToken  string `json:"auth_token"`
}

// PublicKeyChallenge is the challenge that the user's key signs.
type PublicKeyChallenge struct {
	Result
	ChallengeID string `json:"challenge_id"`
	ServerNonce string `json:"server_nonce"`
}
