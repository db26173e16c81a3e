package redistest

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Option changes how a server is started.
type Option func(*settings)

type settings struct {
	fsync     string
	user      string
	password  string
	rules     []string
	authority *authority
	extra     []string
}

// Fsync makes the server write an append-only file and sync it "always",
// "everysec" or "no".
func Fsync(how string) Option { return func(s *settings) { s.fsync = how } }

// Password makes the server ask for one.
func Password(secret string) Option { return func(s *settings) { s.password = secret } }

// User makes the server know one user and no other, who may do what the rules
// say, and everything without any.
func User(name, secret string, rules ...string) Option {
	if len(rules) == 0 {
		rules = []string{"~*", "&*", "+@all"}
	}
	return func(s *settings) { s.user, s.password, s.rules = name, secret, rules }
}

// TLS makes the server speak nothing else. Not for Clusters and Sentinels.
func TLS(t testing.TB) Option {
	return func(s *settings) { s.authority = newAuthority(t) }
}

// Config adds words to the server's command line: "--maxmemory", "10mb".
func Config(words ...string) Option {
	return func(s *settings) { s.extra = append(s.extra, words...) }
}

// Server is one Redis server.
type Server struct {
	settings settings
	port     int
	process  *process
}

// Single starts one server.
func Single(t testing.TB, options ...Option) *Server {
	t.Helper()
	var s settings
	for _, o := range options {
		o(&s)
	}
	return start(t, s)
}

// start starts a server on a free port. Somebody else may take that port in
// between; then it is another one.
func start(t testing.TB, s settings) *Server {
	t.Helper()
	redis.SetLogger(&logging.VoidLogger{}) // a server that is not up yet is no news
	var err error
	for range 5 {
		server := &Server{settings: s, port: freePort(t)}
		server.process = newProcess(t, server.port, server.words()...)
		if err = server.process.start(); err == nil {
			err = server.ready()
		}
		if err == nil {
			return server
		}
		server.process.end()
	}
	t.Fatalf("start redis-server: %v", err)
	return nil
}

// words returns the command line.
func (s *Server) words() []string {
	words := []string{"--bind", "127.0.0.1", "--save", "", "--daemonize", "no"}
	if a := s.settings.authority; a != nil {
		words = append(words, "--port", "0", "--tls-port", fmt.Sprint(s.port), "--tls-cert-file", a.cert, "--tls-key-file", a.key,
			"--tls-ca-cert-file", a.ca, "--tls-auth-clients", "no")
	} else {
		words = append(words, "--port", fmt.Sprint(s.port))
	}
	if s.settings.fsync != "" {
		words = append(words, "--appendonly", "yes", "--appendfsync", s.settings.fsync)
	}
	switch {
	case s.settings.user != "":
		words = append(words, "--user", "default", "off", "--user", s.settings.user, "on", ">"+s.settings.password)
		words = append(words, s.settings.rules...)
	case s.settings.password != "":
		words = append(words, "--requirepass", s.settings.password)
	}
	return append(words, s.settings.extra...)
}

// Addr returns host and port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// URL returns where the store is, as the program's setting has it.
func (s *Server) URL() string {
	u := url.URL{Scheme: "redis", Host: s.Addr()}
	if s.settings.authority != nil {
		u.Scheme = "rediss"
		u.RawQuery = url.Values{"ca": {s.settings.authority.ca}}.Encode()
	}
	if s.settings.password != "" {
		u.User = url.UserPassword(s.settings.user, s.settings.password)
	}
	return u.String()
}

// Client returns a client of its own for looking at the server; it ends with t.
func (s *Server) Client(t testing.TB) *redis.Client {
	t.Helper()
	c := s.client()
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (s *Server) client() *redis.Client {
	o := &redis.Options{
		Addr: s.Addr(), Username: s.settings.user, Password: s.settings.password, Protocol: 2,
		DisableIdentity: true, MaxRetries: -1, DialerRetries: 1, DialTimeout: time.Second, PipelinePoolSize: -1,
	}
	if s.settings.authority != nil {
		o.TLSConfig = s.settings.authority.client
	}
	return redis.NewClient(o)
}

// ready waits until the server answers.
func (s *Server) ready() error {
	c := s.client()
	defer func() { _ = c.Close() }()
	return s.process.await(func(ctx context.Context) error { return c.Ping(ctx).Err() })
}

// Kill ends the server as a power cut does.
func (s *Server) Kill() { s.process.end() }

// Pause stops the server without ending it: it takes connections and says nothing.
func (s *Server) Pause() { s.process.pause() }

// Resume lets a paused server go on.
func (s *Server) Resume() { s.process.resume() }

// Restart starts a killed server again, on the same port and the same files.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.process.start(); err != nil {
		t.Fatalf("restart redis-server: %v", err)
	}
	if err := s.ready(); err != nil {
		t.Fatalf("restart redis-server: %v", err)
	}
}

// Masters returns a client of each server that holds keys; they end with t.
func (s *Server) Masters(t testing.TB) []*redis.Client { return []*redis.Client{s.Client(t)} }
