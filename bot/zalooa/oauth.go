package zalooa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// oauth asks for tokens.
type oauth struct {
	http          *http.Client
	base          string
	appID, secret string
	now           func() time.Time
}

// accessLife is how long an access token lives if the answer does not say.
const accessLife = 25 * time.Hour

// RefusedError is Zalo's "no" to a request for tokens. Its codes are published
// nowhere as a list, so all it said is kept.
type RefusedError struct {
	Code         int
	Name, Reason string
}

// Error implements error.
func (e *RefusedError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("zalo refused (%d) %s %s", e.Code, e.Name, e.Reason))
}

// tokenAnswer is both answers, yes and no.
type tokenAnswer struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires label  `json:"expires_in"` // seconds, written as a string
	Code    int    `json:"error"`
	Name    string `json:"error_name"`
	Reason  string `json:"error_reason"`
	Message string `json:"message"`
}

func (o *oauth) refresh(ctx context.Context, token string) (Pair, error) {
	return o.ask(ctx, url.Values{"refresh_token": {token}, "app_id": {o.appID}, "grant_type": {"refresh_token"}}, token)
}

func (o *oauth) exchange(ctx context.Context, code, verifier string) (Pair, error) {
	return o.ask(ctx, url.Values{
		"code": {code}, "app_id": {o.appID}, "grant_type": {"authorization_code"}, "code_verifier": {verifier},
	}, code, verifier)
}

// ask sends one request for tokens. A *RefusedError is Zalo's answer; with any
// other error nobody knows whether the request was acted upon.
func (o *oauth) ask(ctx context.Context, form url.Values, secrets ...string) (Pair, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.base+"/v4/oa/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return Pair{}, errors.New("ask for tokens: the address in zalo_oa.oauth is none")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("secret_key", o.secret)
	res, err := o.http.Do(req)
	if err != nil {
		return Pair{}, fmt.Errorf("ask for tokens: %w", scrubbed(err))
	}
	defer res.Body.Close()
	var a tokenAnswer
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return Pair{}, fmt.Errorf("ask for tokens: %w", scrubbed(err))
	}
	if decode(body, &a) != nil {
		return Pair{}, fmt.Errorf("ask for tokens: answer with status %d is not Zalo's", res.StatusCode)
	}
	switch {
	case a.Access != "" && a.Refresh != "":
		return o.pair(a), nil
	case a.Code != 0:
		hide := redactor(append(secrets, o.secret)...)
		reason := a.Reason
		if reason == "" {
			reason = a.Message
		}
		return Pair{}, &RefusedError{Code: a.Code, Name: cut(hide(a.Name), maxName), Reason: cut(hide(reason), maxName)}
	}
	return Pair{}, fmt.Errorf("ask for tokens: answer with status %d holds neither tokens nor an error", res.StatusCode)
}

func (o *oauth) pair(a tokenAnswer) Pair {
	life := accessLife
	if seconds, err := strconv.Atoi(strings.TrimSpace(string(a.Expires))); err == nil && seconds > 0 {
		life = time.Duration(seconds) * time.Second
	}
	now := o.now()
	return Pair{Access: a.Access, Refresh: a.Refresh, Issued: now, Expires: now.Add(life)}
}

// scrubbed drops the address from a client's error: it may name a resident.
func scrubbed(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// redactor returns a function that blots secrets out of what Zalo wrote.
func redactor(secrets ...string) func(string) string {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= 4 {
			pairs = append(pairs, s, "***")
		}
	}
	return strings.NewReplacer(pairs...).Replace
}

var _ json.Unmarshaler = (*label)(nil)

func newOAuth(cfg Config) *oauth {
	return &oauth{http: cfg.Client, base: cfg.OAuth, appID: cfg.AppID, secret: cfg.AppSecret, now: cfg.Now}
}
