package release_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// readDeploy returns a file for running the program.
func readDeploy(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compose reads deploy/compose.yaml.
func compose(t *testing.T) *strictyaml.Node {
	t.Helper()
	node, faults := strictyaml.Decode([]byte(readDeploy(t, "compose.yaml")))
	for _, fault := range faults {
		if !fault.Warning {
			t.Fatalf("compose.yaml:%d: %s", fault.Line, fault.Message)
		}
	}
	return node
}

// texts returns the entries of a list.
func texts(n *strictyaml.Node) []string {
	if n == nil {
		return nil
	}
	var found []string
	for _, item := range n.Items {
		found = append(found, item.Text)
	}
	return found
}

// node follows keys down; an empty node stands for what is not there.
func node(n *strictyaml.Node, keys ...string) *strictyaml.Node {
	for _, key := range keys {
		if n = n.Get(key); n == nil {
			return &strictyaml.Node{}
		}
	}
	return n
}

func TestComposeConfinesEveryService(t *testing.T) {
	t.Parallel()
	services := node(compose(t), "services").Pairs
	if len(services) != 4 {
		t.Fatalf("got %d services, want keys, redis, doithoai and caddy", len(services))
	}
	for _, service := range services {
		s := service.Value
		if node(s, "read_only").Text != "true" {
			t.Errorf("%s: its root may be written", service.Key)
		}
		if !slices.Equal(texts(s.Get("cap_drop")), []string{"ALL"}) {
			t.Errorf("%s keeps capabilities", service.Key)
		}
		if added := texts(s.Get("cap_add")); len(added) > 0 && (service.Key != "caddy" || !slices.Equal(added, []string{"NET_BIND_SERVICE"})) {
			t.Errorf("%s takes %v", service.Key, added)
		}
		if !slices.Contains(texts(s.Get("security_opt")), "no-new-privileges:true") {
			t.Errorf("%s may gain privileges", service.Key)
		}
		if service.Key == "keys" { // runs once
			continue
		}
		for _, promise := range [][]string{{"restart"}, {"healthcheck", "test"}, {"stop_grace_period"}, {"logging", "options", "max-size"}, {"logging", "options", "max-file"}} {
			if n := node(s, promise...); n.Text == "" && len(n.Items) == 0 {
				t.Errorf("%s has no %s", service.Key, strings.Join(promise, "."))
			}
		}
		if published := texts(s.Get("ports")); len(published) > 0 && service.Key != "caddy" {
			t.Errorf("%s is open to the outside: %v", service.Key, published)
		}
	}
}

// P2: what was accepted survives a power cut, and a full Redis throws nothing away.
func TestComposeKeepsWhatWasAccepted(t *testing.T) {
	t.Parallel()
	command := strings.Join(texts(node(compose(t), "services", "redis", "command")), " ")
	for _, want := range []string{"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction", "--maxmemory ${REDIS_MAXMEMORY:-512mb}", "--include /keys/redis.conf"} {
		if !strings.Contains(command, want) {
			t.Errorf("redis runs without %s", want)
		}
	}
}

func TestComposeHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for _, variable := range texts(node(compose(t), "services", "doithoai", "environment")) {
		name, _, _ := strings.Cut(variable, "=")
		for _, secret := range []string{"TOKEN", "SECRET", "REDIS"} {
			if strings.Contains(name, secret) && !strings.HasSuffix(name, "_FILE") {
				t.Errorf("%s would stand in the environment; name a file", name)
			}
		}
	}
}

var variable = regexp.MustCompile(`DOITHOAI_[A-Z_]+`)

// A setting that is not there any more stops the program at its start; here it
// stops the test.
func TestDeployNamesSettingsThatAreThere(t *testing.T) {
	t.Parallel()
	value := map[string]string{"LISTEN": "127.0.0.1:1", "PUBLIC_URL": "https://a.example", "TRUSTED_PROXIES": "127.0.0.1", "DATA": "data"}
	ofCompose := []string{"DOITHOAI_VERSION", "DOITHOAI_COMMIT"}
	for _, name := range []string{"compose.yaml", ".env.example", "doithoai.env", "../Dockerfile"} {
		for _, found := range variable.FindAllString(readDeploy(t, name), -1) {
			short := strings.TrimPrefix(found, "DOITHOAI_")
			if slices.Contains(ofCompose, found) {
				continue
			}
			with := value[short]
			switch {
			case strings.HasSuffix(short, "_FILE"):
				with = os.DevNull
			case strings.HasSuffix(short, "_MODE"):
				with = "polling"
			}
			_, err := config.Load("", []string{found + "=" + with})
			if err != nil && strings.Contains(err.Error(), "không có thiết đặt") {
				t.Errorf("deploy/%s: %v", name, err)
			}
		}
	}
}

func TestSampleSettingsAreGood(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "doithoai.yaml")
	// The parts that are for later must be good as well.
	text := regexp.MustCompile(`(?m)^# ?((?:public_url|zalo_oa|  app_id).*)$`).ReplaceAllString(readDeploy(t, "doithoai.yaml"), "$1")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load(name, []string{"DOITHOAI_ZALO_OA_APP_SECRET=a", "DOITHOAI_ZALO_OA_OA_SECRET=b"})
	if err != nil {
		t.Fatal(err)
	}
	if settings.Data != "/var/lib/doithoai" || settings.ZaloOA.AppID == "" || settings.PublicURL == "" {
		t.Errorf("got %+v", settings)
	}
}

// The program gives work in hand 15 seconds; whoever kills it sooner makes it do
// that work again.
func TestUnitWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	unit := readDeploy(t, "doithoai.service")
	for _, want := range []string{
		"User=doithoai", "TimeoutStopSec=30", "Restart=always", "StartLimitIntervalSec=0", "ExecReload=/bin/kill -HUP $MAINPID", "StateDirectory=doithoai",
		"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n", "EnvironmentFile=-/etc/doithoai/doithoai.env",
	} {
		if !strings.Contains(unit, want) {
			t.Errorf("doithoai.service has no %q", want)
		}
	}
}
