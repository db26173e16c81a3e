package zalooa_test

import (
	"errors"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/trouble"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	err := zalooa.Config{AppID: "Trợ lý", AccessToken: "geheim", API: "zalo", PerMinute: -1}.Validate()
	if err == nil {
		t.Fatal("faulty settings were taken")
	}
	for _, want := range []string{
		"zalo_oa.app_id: phải toàn chữ số", "zalo_oa.app_secret: còn trống", "zalo_oa.oa_secret: còn trống. Lấy «OA Secret Key»",
		"zalo_oa.refresh_token: còn trống mà access_token đã đặt", "zalo_oa.api: không phải địa chỉ trang", "zalo_oa.per_minute",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not tell %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Error("a secret is told")
	}
	if err := (zalooa.Config{AppID: "1", AppSecret: "a", OASecret: "b"}).Validate(); err != nil {
		t.Errorf("settings without tokens are refused: %v", err)
	}
	if _, err := zalooa.New(zalooa.Config{AppID: "1", AppSecret: "a", OASecret: "b", Logger: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a channel without an intake was made")
	}
}

func TestVerifier(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	form := regexp.MustCompile(`^[A-Za-z0-9]{43}$`)
	for range 100 {
		v := zalooa.NewVerifier()
		if !form.MatchString(v) || !zalooa.IsVerifier(v) || seen[v] {
			t.Fatalf("verifier %q", v)
		}
		seen[v] = true
	}
	if zalooa.IsVerifier(strings.Repeat("a", 42)+"-") || zalooa.IsVerifier("a") {
		t.Error("something else is taken for a verifier")
	}
	// The example of RFC 7636, whose verifier has letters that Zalo does not take.
	if got := zalooa.Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("challenge %q", got)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	l := zalooa.Login{AppID: "42"}
	verifier := zalooa.NewVerifier()
	u, err := url.Parse(l.Link("https://hoi.example.vn/a?b=c", verifier, "s t"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "oauth.zaloapp.com" || u.Path != "/v4/oa/permission" || q.Get("app_id") != "42" || q.Get("state") != "s t" ||
		q.Get("redirect_uri") != "https://hoi.example.vn/a?b=c" || q.Get("code_challenge") != zalooa.Challenge(verifier) {
		t.Errorf("the link is %s", u)
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pasted, code, account string
		err                   bool
	}{
		"whole":         {" https://x.vn/cb?code=a%2Bb&oa_id=9&state=s \n", "a+b", "9", false},
		"without state": {"https://x.vn/cb?oa_id=9&code=ab", "ab", "9", false},
		"query alone":   {"code=ab&oa_id=9", "ab", "9", false},
		"fragment":      {"https://x.vn/?code=ab#top", "ab", "", false},
		"other state":   {"https://x.vn/?code=ab&state=z", "", "", true},
		"no code":       {"https://x.vn/?oa_id=9", "", "", true},
		"chatter":       {"xong rồi", "", "", true},
		"broken":        {"https://x.vn/?code=%zz", "", "", true},
	} {
		code, account, err := zalooa.Code(c.pasted, "s")
		if code != c.code || account != c.account || (err != nil) != c.err {
			t.Errorf("%s: %q, %q, %v", name, code, account, err)
		}
	}
}

// Every refusal is told with what to do about it.
func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	o := b.z.Options()
	verifier := zalooa.NewVerifier()
	good := func() string { return b.z.Grant(zalooa.Challenge(verifier)) }
	for name, c := range map[string]struct {
		login    zalooa.Login
		code     string
		verifier string
		cure     string
	}{
		"wrong code":     {zalooa.Login{AppID: o.AppID, AppSecret: o.AppSecret}, "sai", verifier, "bấm Cho phép lần nữa"},
		"wrong verifier": {zalooa.Login{AppID: o.AppID, AppSecret: o.AppSecret}, good(), zalooa.NewVerifier(), "Code challenge"},
		"wrong secret":   {zalooa.Login{AppID: o.AppID, AppSecret: "geheim"}, good(), verifier, "zalo_oa.app_secret"},
		"wrong app":      {zalooa.Login{AppID: "7", AppSecret: o.AppSecret}, good(), verifier, "docs/zalo.md"},
	} {
		c.login.API, c.login.OAuth = b.url, b.url
		_, err := c.login.Exchange(within(t), c.code, c.verifier)
		refused, ok := errors.AsType[*zalooa.RefusedError](err)
		if !ok || refused.Code >= 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if what, cure := zalooa.Explain(err); what == "" || !strings.Contains(cure, c.cure) {
			t.Errorf("%s: told as %q, cure %q; want %q", name, what, cure, c.cure)
		}
		for _, secret := range []string{"geheim", c.verifier, o.AppSecret} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: a secret is told: %v", name, err)
			}
		}
	}
	code := good()
	b.clock.Advance(11 * time.Minute)
	late := zalooa.Login{AppID: o.AppID, AppSecret: o.AppSecret, API: b.url, OAuth: b.url}
	if _, err := late.Exchange(within(t), code, verifier); err == nil {
		t.Error("a code of eleven minutes ago works")
	}
}

// Two logins at once, or one during a refresh: what is stored is one whole pair.
func TestKeep(t *testing.T) {
	t.Parallel()
	v := &vault{pair: zalooa.Pair{Access: "a", Refresh: "r", Number: 7, Seeds: []string{"x"}}}
	configured := zalooa.Pair{Access: "ca", Refresh: "cr"}
	file := t.TempDir() + "/copy"
	if err := zalooa.Keep(t.Context(), v, file, configured, zalooa.Pair{Access: "na", Refresh: "nr"}); err != nil {
		t.Fatal(err)
	}
	if p := v.pair; p.Access != "na" || p.Number != 8 || len(p.Seeds) != 2 {
		t.Errorf("stored %v with seeds %v", p, p.Seeds)
	}
	if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), `"nr"`) {
		t.Errorf("the copy: %v", err)
	}
	err := zalooa.Keep(t.Context(), v, t.TempDir()+"/no/such/folder", configured, zalooa.Pair{Access: "ba", Refresh: "br"})
	if !errors.Is(err, zalooa.ErrCopy) || v.pair.Access != "ba" {
		t.Errorf("without a copy: %v, stored %v; want it stored, and told", err, v.pair)
	}
	v.noSwap = errors.New("disk full")
	if err := zalooa.Keep(t.Context(), v, file, configured, zalooa.Pair{Access: "oa", Refresh: "or"}); err == nil {
		t.Error("a pair that was not stored is told to be")
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	good := oafake.Account{Name: "Tỉnh", Package: "Growth", ValidThrough: "31/12/2027", Verified: true, Cloud: true}
	change := func(f func(*oafake.Account)) oafake.Account {
		a := good
		f(&a)
		return a
	}
	for name, c := range map[string]struct {
		account oafake.Account
		bad     string // the finding that is not well; empty: none
		says    string
	}{
		"well":           {good, "", "gói Growth"},
		"not verified":   {change(func(a *oafake.Account) { a.Verified = false }), "Xác thực OA", "Gửi hồ sơ xác thực"},
		"basic":          {change(func(a *oafake.Account) { a.Package = "Gói Cơ bản" }), "Gói OA", "Growth hoặc Comprehensive"},
		"no package":     {change(func(a *oafake.Account) { a.Package = "" }), "Gói OA", "Mua gói"},
		"ends soon":      {change(func(a *oafake.Account) { a.ValidThrough = "30/11/2026" }), "Hạn gói OA", "còn 9 ngày"},
		"has ended":      {change(func(a *oafake.Account) { a.ValidThrough = "20/11/2026" }), "Hạn gói OA", "đã hết hạn"},
		"other date":     {change(func(a *oafake.Account) { a.ValidThrough = "2026-11-20" }), "Hạn gói OA", "đã hết hạn"},
		"unreadable day": {change(func(a *oafake.Account) { a.ValidThrough = "mãi mãi" }), "", "gói Growth"},
		"no cloud":       {change(func(a *oafake.Account) { a.Cloud = false }), "Zalo Cloud Account", "ngoài 48 giờ"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{idle: true})
			b.z.SetAccount(c.account)
			_ = b.c.Tick(t.Context())
			said := false
			for _, f := range b.c.Examine(within(t)) {
				if (f.Grade == trouble.Good) == (f.Name == c.bad) {
					t.Errorf("%s is %s (%s)", f.Name, f.Grade, f.Text)
				}
				said = said || strings.Contains(f.Text+". "+f.Cure, c.says)
			}
			if !said {
				t.Errorf("nothing says %q", c.says)
			}
		})
	}
}

// Doctor looks without touching: a refresh token would be used up by it.
func TestExamineChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	if found := b.c.Examine(within(t)); len(found) < 3 || found[0].Grade != trouble.Good {
		t.Errorf("with the configured pair alone: %+v", found)
	}
	if b.z.Refreshed() != 0 || len(b.vault.history) != 0 {
		t.Error("looking has changed something")
	}
	b.z.Revoke()
	if found := b.c.Examine(within(t)); len(found) == 0 || found[0].Code != trouble.ChannelToken || !strings.Contains(found[0].Cure, "zalo login") {
		t.Errorf("with a dead token: %+v", found)
	}
	empty := b.channel(t, func(c *zalooa.Config) { c.AccessToken, c.RefreshToken = "", "" })
	if found := empty.Examine(within(t)); len(found) == 0 || found[0].Code != trouble.ChannelToken || !strings.Contains(found[0].Cure, "zalo login") {
		t.Errorf("without tokens: %+v", found)
	}
	b.z.Fail(oafake.About, 1, oafake.Fault{Status: 502})
	if found := b.c.Examine(within(t)); len(found) == 0 || found[0].Code != trouble.ChannelDown || !strings.Contains(found[0].Text, "HTTP 502") {
		t.Errorf("with a proxy in between: %+v", found)
	}
}

// The age of the tokens is told, and when they will not do any more.
func TestExamineTellsTheAgeOfTokens(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	ask := zalooa.Login{AppID: "1", AppSecret: "2", API: b.url, Now: b.clock.Now}
	access, refresh := b.z.Tokens()
	now := b.clock.Now()
	for name, c := range map[string]struct {
		issued time.Time
		code   trouble.Code
		grade  trouble.Grade
		says   string
	}{
		"fresh":    {now.Add(-time.Hour), "", trouble.Good, "còn dùng được chừng 89 ngày"},
		"idle":     {now.Add(-48 * time.Hour), trouble.ChannelTokenSoon, trouble.Warning, "token gọi đã hết hạn"},
		"soon":     {now.AddDate(0, 0, -80), trouble.ChannelTokenSoon, trouble.Warning, "chừng 10 ngày"},
		"outlived": {now.AddDate(0, 0, -91), trouble.ChannelToken, trouble.Fault, "quá hạn"},
	} {
		stored := zalooa.Pair{Access: access, Refresh: refresh, Number: 1, Issued: c.issued, Expires: c.issued.Add(25 * time.Hour)}
		found := zalooa.Examine(within(t), ask, stored, "", zalooa.Pair{})
		last := found[len(found)-1]
		if last.Code != c.code || last.Grade != c.grade || !strings.Contains(last.Text, c.says) {
			t.Errorf("%s: got %+v", name, last)
		}
	}
}

// Operators find every code in the guide.
func TestGuideNamesEveryCode(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/zalo.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range zalooa.Codes() {
		if !strings.Contains(string(guide), "`"+code+"`") {
			t.Errorf("docs/zalo.md does not tell about %s", code)
		}
	}
	for _, event := range []string{"user_send_text", "follow", "user_withdraw", "oa_send_text"} {
		if !strings.Contains(string(guide), event) {
			t.Errorf("docs/zalo.md does not name the event %s", event)
		}
	}
}
