package zalooa

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Login is the way from an administrator's consent to a first pair. Fill the
// fields from the settings.
type Login struct {
	AppID, AppSecret string
	API, OAuth       string // empty: Zalo's own
	Client           *http.Client
	Now              func() time.Time
}

// Validate returns what is missing, in Vietnamese with its cure.
func (l Login) Validate() error {
	return Config{AppID: l.AppID, AppSecret: l.AppSecret, OASecret: "-", API: l.API, OAuth: l.OAuth}.Validate()
}

func (l Login) config() Config {
	return Config{AppID: l.AppID, AppSecret: l.AppSecret, API: l.API, OAuth: l.OAuth, Client: l.Client, Now: l.Now}.withDefaults()
}

// verifierSize is the length that Zalo asks for.
const verifierSize = 43

// NewVerifier returns a fresh secret for [Challenge]: 43 letters and digits.
func NewVerifier() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var out []byte
	for len(out) < verifierSize {
		var b [64]byte
		_, _ = rand.Read(b[:]) // never fails, by its contract
		for _, v := range b {
			if int(v) < 4*len(alphabet) && len(out) < verifierSize { // every letter equally likely
				out = append(out, alphabet[int(v)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// IsVerifier reports whether s can be one.
func IsVerifier(s string) bool {
	return len(s) == verifierSize && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// Challenge is what the console and the consent link show of a verifier.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Link is where an administrator of the account consents.
func (l Login) Link(callback, verifier, state string) string {
	q := url.Values{"app_id": {l.AppID}, "redirect_uri": {callback}, "code_challenge": {Challenge(verifier)}, "state": {state}}
	return l.config().OAuth + "/v4/oa/permission?" + q.Encode()
}

// ErrState says that an answer belongs to another login.
var ErrState = errors.New("state of another login")

// Code reads the address that Zalo sent the administrator's browser to. A state
// that is missing is forgiven: not all descriptions of Zalo's return it.
func Code(redirected, state string) (code, account string, err error) {
	redirected = strings.TrimSpace(redirected)
	_, query, found := strings.Cut(redirected, "?")
	if !found {
		query = redirected
	}
	query, _, _ = strings.Cut(query, "#")
	q, err := url.ParseQuery(query)
	if err != nil {
		return "", "", errors.New("address cannot be read")
	}
	if q.Get("code") == "" {
		return "", "", errors.New("address without a code")
	}
	if got := q.Get("state"); got != "" && got != state {
		return "", "", ErrState
	}
	return q.Get("code"), q.Get("oa_id"), nil
}

// Exchange turns a code into a pair, once, within ten minutes of the consent.
func (l Login) Exchange(ctx context.Context, code, verifier string) (Pair, error) {
	p, err := newOAuth(l.config()).exchange(ctx, code, verifier)
	if err != nil {
		return Pair{}, fmt.Errorf("exchange code: %w", err)
	}
	return p, nil
}

// Account asks about the account that a pair speaks for.
func (l Login) Account(ctx context.Context, p Pair) (Account, error) {
	cfg := l.config()
	return (&api{cfg.Client, cfg.API}).account(ctx, p.Access)
}

// ErrCopy says that a pair is stored, but without its copy in a file.
var ErrCopy = errors.New("tokens are stored without a copy")

// Keep stores a fresh pair as the one that counts from now on, in the store and
// in the file (if one is named); if only that fails the error is [ErrCopy]. The
// configured tokens are marked as used up, so that they do not replace it.
func Keep(ctx context.Context, tokens Vault, file string, configured, fresh Pair) error {
	for range 3 {
		stored, err := tokens.Load(ctx)
		if err != nil {
			return fmt.Errorf("load tokens: %w", err)
		}
		local := readCopy(file)
		fresh.Number = max(stored.Number, local.Number) + 1
		fresh.Seeds = marked(stored.Seeds, seedMark(configured.Access, configured.Refresh))
		ok, err := tokens.Swap(ctx, stored, fresh)
		if err != nil {
			return fmt.Errorf("store tokens: %w", err)
		}
		if !ok {
			continue
		}
		if err := writeCopy(file, fresh); err != nil {
			return fmt.Errorf("%w: %w", ErrCopy, err)
		}
		return nil
	}
	return errors.New("store tokens: somebody else keeps changing them")
}
