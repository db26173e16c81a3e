package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/config"
)

// load writes the text to a file of its own and loads it.
func load(t *testing.T, text string, environ ...string) (*config.Config, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "doithoai.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(name, environ)
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := config.Load("", []string{"HOME=/root", "DOI=x"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.Data != "data" || !c.Web.Enabled || c.Timezone.String() != "Asia/Ho_Chi_Minh" {
		t.Errorf("got %+v", c)
	}
	if c.AdminListen != "" || c.Redis != "" || c.Knowledge != "" || c.Telegram.Token != "" {
		t.Errorf("something is on by default: %+v", c)
	}
}

func TestFileThenEnvironment(t *testing.T) {
	t.Parallel()
	c, err := load(t, `
# ghi chú
listen: 0.0.0.0:80
Admin-Listen: 127.0.0.1:81
data: kho
public_url: https://hoi.example.vn/
trusted_proxies: 10.1.2.3/8, ::1
web:
  enabled: không
telegram:
  token: "123:abc"
  mode: webhook
  secret: mat
`, "DOITHOAI_LISTEN=127.0.0.1:90", "DOITHOAI_TELEGRAM_TOKEN=456:def")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:90" || c.Telegram.Token != "456:def" {
		t.Errorf("the environment does not win: %q %q", c.Listen, c.Telegram.Token)
	}
	if c.AdminListen != "127.0.0.1:81" || c.Web.Enabled || c.Telegram.Mode != config.ModeWebhook || c.Telegram.Secret != "mat" {
		t.Errorf("the file is not read: %+v", c)
	}
	if !filepath.IsAbs(c.Data) || filepath.Base(c.Data) != "kho" {
		t.Errorf("data = %q, want it beside the file", c.Data)
	}
	if c.PublicURL != "https://hoi.example.vn" {
		t.Errorf("public_url = %q", c.PublicURL)
	}
	if got := c.TrustedProxies; len(got) != 2 || got[0].String() != "10.0.0.0/8" || got[1].String() != "::1/128" {
		t.Errorf("trusted_proxies = %v", got)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 8, "3": 3, "0": 0, "-1": -1, "tám": -1, "99999999": -1} {
		line := "zalo_oa:\n  free_messages: " + text
		if text == "" {
			line = "listen: 127.0.0.1:1"
		}
		c, err := load(t, line)
		if (err != nil) != (want < 0) || err == nil && c.ZaloOA.FreeMessages != want {
			t.Errorf("%q: %v, want %d", text, err, want)
		}
	}
	if _, err := load(t, "zalo_oa:\n  per_minute: 0"); err == nil {
		t.Error("an account that may send nothing was taken")
	}
}

func TestSecretFromFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte("789:ghi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, "listen: 127.0.0.1:1", "DOITHOAI_TELEGRAM_TOKEN_FILE="+name)
	if err != nil {
		t.Fatal(err)
	}
	if c.Telegram.Token != "789:ghi" {
		t.Errorf("got %q", c.Telegram.Token)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text    string
		environ []string
		want    []string // parts of the message, in any order
	}{
		"unknown key":         {"lisen: 127.0.0.1:1", nil, []string{"doithoai.yaml:1: ", "«lisen»", "listen?"}},
		"unknown in section":  {"telegram:\n  tokn: x", nil, []string{"doithoai.yaml:2: ", "«telegram.tokn»", "telegram.token?"}},
		"unknown variable":    {"web:\n  enabled: có", []string{"DOITHOAI_LISTN=x"}, []string{"biến DOITHOAI_LISTN", "DOITHOAI_LISTEN?"}},
		"file of no secret":   {"web:\n  enabled: có", []string{"DOITHOAI_LISTEN_FILE=x"}, []string{"biến DOITHOAI_LISTEN_FILE"}},
		"secret file missing": {"web:\n  enabled: có", []string{"DOITHOAI_REDIS_FILE=/nowhere"}, []string{"không đọc được tệp /nowhere"}},
		"secret twice": {"web:\n  enabled: có", []string{"DOITHOAI_REDIS=redis://a", "DOITHOAI_REDIS_FILE=" + os.DevNull},
			[]string{"đã đặt bằng biến DOITHOAI_REDIS rồi"}},
		"section as text":    {"telegram: x", nil, []string{"telegram: chỗ này phải là"}},
		"text as section":    {"listen:\n  a: b", nil, []string{"listen: ở đây chỉ ghi một giá trị"}},
		"duplicate":          {"listen: :1\nLISTEN: :2", nil, []string{"doithoai.yaml:2", "đã có ở dòng 1"}},
		"no address":         {"listen: 8080", nil, []string{"listen: «8080» không phải địa chỉ"}},
		"port too high":      {"listen: :99999", nil, []string{"listen: «:99999»"}},
		"no redis":           {"redis: http://:geheim@h", nil, []string{"redis: không phải địa chỉ Redis"}},
		"no web address":     {"public_url: hoi.vn", nil, []string{"public_url: «hoi.vn»"}},
		"no time zone":       {"timezone: Hà Nội", nil, []string{"timezone: «Hà Nội»"}},
		"no network":         {"trusted_proxies: 10.0.0", nil, []string{"trusted_proxies: «10.0.0»"}},
		"too much tracing":   {"tracing:\n  endpoint: http://127.0.0.1:4318/v1/traces\n  percent: 101", nil, []string{"tracing.percent", "lớn hơn 100"}},
		"tracing nowhere":    {"", []string{"DOITHOAI_TRACING_TOKEN=x"}, []string{"tracing.endpoint", "còn trống"}},
		"no yes":             {"web:\n  enabled: bật", nil, []string{"web.enabled: «bật»"}},
		"no mode":            {"telegram:\n  mode: push", nil, []string{"telegram.mode: «push»"}},
		"no folder":          {"knowledge: nowhere", nil, []string{"knowledge: không mở được thư mục"}},
		"file as folder":     {"knowledge: doithoai.yaml", nil, []string{"là tệp, ở đây cần một thư mục"}},
		"folder as file":     {"desks: .", nil, []string{"là thư mục, ở đây cần một tệp"}},
		"same port":          {"admin_listen: 127.0.0.1:8080", nil, []string{"admin_listen: trùng với listen"}},
		"open webhook":       {"telegram:\n  token: x\n  mode: webhook", nil, []string{"telegram.secret: còn trống"}},
		"open zalo hook":     {"zalo_bot:\n  token: x\n  mode: webhook", nil, []string{"zalo_bot.secret: còn trống"}},
		"half an account":    {"zalo_oa:\n  app_id: x", nil, []string{"zalo_oa.app_secret: còn trống", "zalo_oa.oa_secret: còn trống"}},
		"prefix of nobody":   {"redis_prefix: x", nil, []string{"redis_prefix: chỉ dùng khi có redis"}},
		"admin in the open":  {"admin_listen: :8081", nil, []string{"admin_listen: mở cho máy khác", "admin_remote: có"}},
		"admin on a network": {"admin_listen: 192.168.1.5:8081", nil, []string{"admin_listen: mở cho máy khác"}},
		"no level":           {"log:\n  level: loud", nil, []string{"log.level: «loud»", "debug, info, warn"}},
		"no format":          {"log:\n  format: xml", nil, []string{"log.format: «xml»"}},
		"no seconds":         {"stop_delay: 5s", nil, []string{"stop_delay: «5s»", "chỉ dùng chữ số"}},
		"too many seconds":   {"stop_delay: 61", nil, []string{"stop_delay: «61» giây", "nhiều nhất là 60"}},
		"all at once": {"lisen: x\ntelegram:\n  mode: push", []string{"DOITHOAI_TIMEZONE=x"},
			[]string{"lisen", "telegram.mode", "timezone"}},
		"also across": {"listen: 8080\nzalo_bot:\n  token: x\n  mode: webhook\nredis_prefix: x", nil,
			[]string{"listen: «8080»", "zalo_bot.secret: còn trống", "redis_prefix: chỉ dùng"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, c.text, c.environ...)
			faults, ok := errors.AsType[config.Faults](err)
			if !ok {
				t.Fatalf("got %v, want faults", err)
			}
			for _, want := range c.want {
				if !strings.Contains(faults.Error(), want) {
					t.Errorf("got %q, want %q in it", faults.Error(), want)
				}
			}
			for _, fault := range faults {
				if fault.Cure == "" {
					t.Errorf("%q has no cure", fault)
				}
			}
			if strings.Contains(faults.Error(), "geheim") {
				t.Errorf("a fault shows a secret: %v", faults)
			}
		})
	}
}

func TestNamedFileMustBeThere(t *testing.T) {
	t.Parallel()
	if _, err := config.Load("/nowhere/doithoai.yaml", nil); err == nil || !strings.Contains(err.Error(), "không có tệp này") {
		t.Errorf("got %v", err)
	}
}

func TestCommentsOnlyAreNoSettings(t *testing.T) {
	t.Parallel()
	if _, err := load(t, "# listen: 0.0.0.0:80\n"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestValuesHideSecrets(t *testing.T) {
	t.Parallel()
	c, err := load(t, "redis: redis://u:geheim@h/0\nzalo_bot:\n  token: geheim\n", "DOITHOAI_TELEGRAM_TOKEN=geheim")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]config.Value{}
	for _, v := range c.Values() {
		shown[v.Key] = v
		if strings.Contains(v.Text, "geheim") {
			t.Errorf("%s shows its secret: %q", v.Key, v.Text)
		}
	}
	if v := shown["telegram.token"]; v.Text == "" || v.Origin != "biến DOITHOAI_TELEGRAM_TOKEN" {
		t.Errorf("telegram.token = %+v", v)
	}
	if v := shown["zalo_bot.token"]; !strings.HasSuffix(v.Origin, "doithoai.yaml:2") && !strings.HasSuffix(v.Origin, "doithoai.yaml:3") {
		t.Errorf("zalo_bot.token = %+v, want its line", v)
	}
	if v := shown["listen"]; v.Text != "127.0.0.1:8080" || v.Origin != "mặc định" {
		t.Errorf("listen = %+v", v)
	}
}

// The operator's address has no password: other machines reach it only if
// somebody has said that they may.
func TestAdminAddressStaysHere(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"admin_listen: 127.0.0.1:8081", "admin_listen: localhost:8081", "admin_listen: \"[::1]:8081\"", "admin_listen: :8081\nadmin_remote: có", "listen: :80",
	} {
		if _, err := load(t, text+"\n"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A password of Redis may stand in several places of its address.
func TestRedisIsShownWithoutItsPasswords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, want string }{
		"password":  {"redis://:geheim@h:6379/2", "redis://••••••@h:6379/2"},
		"user":      {"rediss://u:geheim@h", "rediss://••••••@h"},
		"no name":   {"redis://geheim@h", "redis://••••••@h"},
		"parameter": {"redis+sentinel://u:geheim@a:1,b:2/chinh?sentinel_password=geheim&wait=1", "redis+sentinel://••••••@a:1,b:2/chinh?••••••"},
		"open":      {"redis://h:6379", "redis://h:6379"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := load(t, "redis: "+c.url+"\n")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range loaded.Values() {
				if v.Key == "redis" && v.Text != c.want {
					t.Errorf("got %q, want %q", v.Text, c.want)
				}
			}
		})
	}
}

func TestSecretFiles(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("789:ghi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, "listen: 127.0.0.1:1", "DOITHOAI_TELEGRAM_TOKEN_FILE="+secret, "DOITHOAI_ZALO_BOT_TOKEN=x")
	if err != nil || len(c.SecretFiles()) != 1 || c.SecretFiles()[0] != secret {
		t.Errorf("got %v, %v", c.SecretFiles(), err)
	}
	c, err = load(t, "zalo_bot:\n  token: x\ntelegram:\n  token: x")
	if err != nil || len(c.SecretFiles()) != 1 || !strings.HasSuffix(c.SecretFiles()[0], "doithoai.yaml") {
		t.Errorf("got %v, %v", c.SecretFiles(), err)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	const file = "listen: :1\ntrusted_proxies: 10.0.0.1\ntelegram:\n  token: \"1:a\"\ntimezone: Asia/Ho_Chi_Minh"
	before, err := load(t, file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ environ, live, restart string }{
		"nothing":       {"DOITHOAI_WEB_ENABLED=yes", "", ""},
		"what is live":  {"DOITHOAI_TRUSTED_PROXIES=10.0.0.2", "trusted_proxies", ""},
		"a level":       {"DOITHOAI_LOG_LEVEL=debug", "log.level", ""},
		"what is not":   {"DOITHOAI_LISTEN=:2", "", "listen"},
		"a secret":      {"DOITHOAI_TELEGRAM_TOKEN=1:b", "", "telegram.token"},
		"the time zone": {"DOITHOAI_TIMEZONE=UTC", "", "timezone"},
	} {
		after, err := load(t, file, c.environ, "DOITHOAI_DATA="+before.Data)
		if err != nil {
			t.Fatal(err)
		}
		live, restart := config.Changed(before, after)
		if strings.Join(live, " ") != c.live || strings.Join(restart, " ") != c.restart {
			t.Errorf("%s: live %v, restart %v", name, live, restart)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen: :1\ntelegram:\n  token: x\n")
	f.Add("web: [a]\n\tx: &a *b")
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Skip()
		}
		c, err := config.Load(name, nil)
		if (c == nil) == (err == nil) {
			t.Errorf("got %v and %v", c, err)
		}
	})
}
