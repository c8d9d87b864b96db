package loginidv2

// Scopes of grants and API keys.
const (
	// ScopePasskeyRead allows to list passkeys and to read about authenticators.
	ScopePasskeyRead = "passkey:read"
	// ScopePasskeyWrite allows to rename and delete passkeys.
	ScopePasskeyWrite = "passkey:write"
	// ScopeProfileRead is named by LoginID; no call of this package needs it.
	ScopeProfileRead = "profile:read"
	// ScopeProfileWrite allows the calls about a user's profile.
	ScopeProfileWrite = "profile:write"
	// ScopeRegWrite allows to register a passkey of a protected application, and every further
	// passkey of a user.
	ScopeRegWrite = "reg:write"
	// ScopeAuthWrite allows to make a one-time code.
	ScopeAuthWrite = "auth:write"
	// ScopeExternalVerify allows to make tokens for external authentications.
	ScopeExternalVerify = "external:verify"
)

// What a username is.
const (
	UsernameTypeEmail = "email"
	UsernameTypePhone = "phone"
	UsernameTypeOther = "other"
)

// What the service proposes to do in a RegistrationChallenge or an AuthenticationChallenge.
const (
	// ActionProceed: go on with the passkey.
	ActionProceed = "proceed"
	// ActionSignIn: the user has a passkey already.
	ActionSignIn = "signIn"
	// ActionFail: the passkey cannot be registered.
	ActionFail = "fail"
	// ActionCrossAuth: log in in one of the CrossAuthMethods.
	ActionCrossAuth = "crossAuth"
	// ActionFallback: log in in one of the FallbackMethods.
	ActionFallback = "fallback"
)
