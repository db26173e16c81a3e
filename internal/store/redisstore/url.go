package redisstore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// kind is how many servers there are, and who says which of them is master.
type kind int

const (
	single kind = iota
	sentinel
	cluster
)

// target is what a URL says. No error ever quotes the URL: it may hold a password.
type target struct {
	kind     kind
	addrs    []string // of the server, of the Sentinels, or of some nodes of the Cluster
	master   string   // behind Sentinels
	db       int
	user     string
	password string
	tls      *tls.Config
	wait     Wait

	sentinelUser, sentinelPassword string
}

// Wait is how many replicas must hold a step before it is told as done, and how
// long they are waited for.
type Wait struct {
	Replicas int // 0: none, it is enough that the master has it
	Timeout  time.Duration
}

// waitTime is how long replicas are waited for unless somebody says otherwise.
const waitTime = 200 * time.Millisecond

// within returns w completed, and such that its answer comes before the
// connection is given up.
func (w Wait) within(b budget) Wait {
	if w.Replicas <= 0 {
		return Wait{}
	}
	if w.Timeout <= 0 {
		w.Timeout = waitTime
	}
	w.Timeout = min(w.Timeout, b.io*3/4)
	return w
}

// parseURL reads one of the URLs that doc.go lists.
func parseURL(text string) (target, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return target{}, errors.New("parse redis URL: not a URL")
	}
	t := target{user: u.User.Username()}
	t.password, _ = u.User.Password()
	secure := false
	switch u.Scheme {
	case "redis":
	case "rediss":
		secure = true
	case "redis+sentinel":
		t.kind = sentinel
	case "redis+cluster":
		t.kind = cluster
	default:
		return target{}, fmt.Errorf("parse redis URL: unknown scheme %q", u.Scheme)
	}
	t.addrs = splitHosts(u.Host, map[kind]string{sentinel: "26379"}[t.kind])
	if t.kind == single && len(t.addrs) > 1 {
		return target{}, errors.New("parse redis URL: several servers need redis+sentinel or redis+cluster")
	}
	if err := t.parsePath(strings.Trim(u.Path, "/")); err != nil {
		return target{}, fmt.Errorf("parse redis URL: %w", err)
	}
	if err := t.parseQuery(u.Query(), secure); err != nil {
		return target{}, fmt.Errorf("parse redis URL: %w", err)
	}
	return t, nil
}

// splitHosts gives each host of a list the port it does not name.
func splitHosts(list, port string) (addrs []string) {
	if port == "" {
		port = "6379"
	}
	for host := range strings.SplitSeq(list, ",") {
		if host == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		addrs = append(addrs, host)
	}
	return addrs
}

// parsePath reads what stands behind the hosts: a database, or a master and one.
func (t *target) parsePath(path string) (err error) {
	db := path
	switch t.kind {
	case sentinel:
		t.master, db, _ = strings.Cut(path, "/")
		if t.master == "" {
			return errors.New("no name of a master")
		}
	case cluster:
		if path != "" && path != "0" {
			return errors.New("a cluster has no databases")
		}
		return nil
	}
	if db == "" {
		return nil
	}
	if t.db, err = strconv.Atoi(db); err != nil || t.db < 0 {
		return errors.New("the database is no number")
	}
	return nil
}

func (t *target) parseQuery(query url.Values, secure bool) error {
	if t.kind != single {
		t.wait.Replicas = 1
	}
	var ca, cert, key string
	for name, values := range query {
		value := values[len(values)-1]
		var err error
		switch name {
		case "tls":
			secure, err = strconv.ParseBool(value)
		case "ca":
			ca = value
		case "cert":
			cert = value
		case "key":
			key = value
		case "sentinel_user":
			t.sentinelUser = value
		case "sentinel_password":
			t.sentinelPassword = value
		case "wait":
			t.wait.Replicas, err = strconv.Atoi(value)
			if t.wait.Replicas < 0 {
				err = errors.New("negative")
			}
		case "wait_timeout":
			t.wait.Timeout, err = time.ParseDuration(value)
		default:
			return fmt.Errorf("unknown parameter %q", name)
		}
		if err != nil {
			return fmt.Errorf("parameter %q cannot be read", name)
		}
	}
	if !secure {
		if ca != "" || cert != "" || key != "" {
			return errors.New("certificates without TLS")
		}
		return nil
	}
	return t.secure(ca, cert, key)
}

// secure reads the certificates: whom to believe instead of what the system
// believes, and who we are if the server asks.
func (t *target) secure(ca, cert, key string) error {
	t.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return fmt.Errorf("read certificate authority: %w", err)
		}
		t.tls.RootCAs = x509.NewCertPool()
		if !t.tls.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("read certificate authority: no certificate in %s", ca)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("read own certificate: %w", err)
		}
		t.tls.Certificates = []tls.Certificate{pair}
	}
	return nil
}
