package redisstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/store/redisstore"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"redis://h":                                   "one [h:6379] db 0 wait 0",
		"redis://h:1/3?wait=2":                        "one [h:1] db 3 wait 2",
		"redis://[::1]:1":                             "one [[::1]:1] db 0 wait 0",
		"redis://user:p%40ss@h":                       "one [h:6379] db 0 wait 0 as user with a password",
		"rediss://h":                                  "one [h:6379] db 0 wait 0 tls",
		"redis://h?tls=1":                             "one [h:6379] db 0 wait 0 tls",
		"redis+sentinel://a,b:2/main":                 "sentinels of main [a:26379 b:2] db 0 wait 1",
		"redis+sentinel://u:p@a:1/main/2?wait=0":      "sentinels of main [a:1] db 2 wait 0 as u with a password",
		"redis+cluster://a,b:2,c:3?tls=true":          "cluster [a:6379 b:2 c:3] db 0 wait 1 tls",
		"redis+cluster://:p@a?wait=2&wait_timeout=1s": "cluster [a:6379] db 0 wait 2 as  with a password",

		"redis://a,b":                          "error: several servers",
		"redis://h/x":                          "error: the database is no number",
		"redis://h/-1":                         "error: the database is no number",
		"redis://h?pool=1":                     `error: unknown parameter "pool"`,
		"redis://h?wait=-1":                    `error: parameter "wait"`,
		"redis://h?wait=many":                  `error: parameter "wait"`,
		"redis://h?ca=/none":                   "error: certificates without TLS",
		"rediss://h?ca=/no/such/file":          "error: read certificate authority",
		"rediss://h?ca=" + notPEM:              "error: read certificate authority: no certificate",
		"rediss://h?cert=/no/such/file":        "error: read own certificate",
		"redis+sentinel://a":                   "error: no name of a master",
		"redis+cluster://a/1":                  "error: a cluster has no databases",
		"http://h":                             "error: unknown scheme",
		"redis://":                             "error: not a URL",
		"redis://u:geheim%zz@h":                "error: not a URL",
		"redis://u:geheim@h:x":                 "error: not a URL",
		"redis+sentinel://u:geheim@a?wait=1":   "error: no name of a master",
		"redis://u:geheim@h?sentinel_pass=abc": "error: unknown parameter",
	} {
		got := redisstore.DescribeURL(url)
		if fault, wrong := strings.CutPrefix(want, "error: "); wrong {
			if !strings.HasPrefix(got, "error: parse redis URL: "+fault) {
				t.Errorf("%s: got %q, want %q", url, got, want)
			}
			if strings.Contains(got, "geheim") {
				t.Errorf("%s: the error holds the password: %s", url, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}
