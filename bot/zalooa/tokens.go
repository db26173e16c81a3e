package zalooa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Pair is what lets us speak for an account: a token for calls and one that
// gives the next pair, once.
type Pair struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
	// Number rises with every pair, so that the later of two is known without
	// comparing clocks. The zero Pair has none: it stands for "nothing stored".
	Number  uint64    `json:"number"`
	Issued  time.Time `json:"issued,omitzero"`  // zero: of unknown age
	Expires time.Time `json:"expires,omitzero"` // of Access
	// Seeds are marks of the configured tokens that were used up to get here.
	Seeds []string `json:"seeds,omitempty"`
}

// String keeps the tokens out of whatever prints a Pair.
func (p Pair) String() string { return fmt.Sprintf("pair %d", p.Number) }

// GoString does the same for %#v.
func (p Pair) GoString() string { return p.String() }

// LogValue does the same for a log.
func (p Pair) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Same reports whether two pairs are one: it is what [Tokens.Swap] compares.
func (p Pair) Same(q Pair) bool {
	return p.Number == q.Number && p.Refresh == q.Refresh && p.Access == q.Access
}

// Vault stores the account's pair, for all replicas. Nothing of it may come into
// a log or a backup: a refresh token that was used once is dead.
type Vault interface {
	// Load returns the stored pair, or the zero Pair.
	Load(ctx context.Context) (Pair, error)
	// Swap stores next if what is stored is still the same as old ([Pair.Same];
	// the zero Pair for none), durably, and reports whether it did.
	Swap(ctx context.Context, old, next Pair) (bool, error)
}

// Tokens is a Vault whose users take turns at refreshing.
type Tokens interface {
	Vault
	// Lock takes the right to refresh for ttl, or reports that somebody else has
	// it. Unlock gives it back early.
	Lock(ctx context.Context, ttl time.Duration) (unlock func(), ok bool, err error)
}

// seedsKept is how many marks of old seeds a pair remembers.
const seedsKept = 8

// seedMark names configured tokens without telling them.
func seedMark(access, refresh string) string {
	if refresh == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("zalo oa seed\x00" + access + "\x00" + refresh))
	return hex.EncodeToString(sum[:8])
}

// choose tells which pair counts: the later of the stored one and the copy,
// unless the configured tokens are new. A seed that was used before stays used,
// so that a replica with old settings cannot bring a dead token back.
func choose(stored, local, seed Pair) Pair {
	best := stored
	if local.Number > best.Number {
		best = local
	}
	mark := seedMark(seed.Access, seed.Refresh)
	if mark == "" || slices.Contains(stored.Seeds, mark) || slices.Contains(local.Seeds, mark) {
		return best
	}
	seed.Number = best.Number + 1
	seed.Seeds = marked(best.Seeds, mark)
	return seed
}

func marked(seeds []string, mark string) []string {
	if mark == "" {
		return seeds
	}
	seeds = append(slices.Clone(seeds), mark)
	return seeds[max(0, len(seeds)-seedsKept):]
}

// readCopy returns the pair of a file; the zero Pair if there is none that can
// be read.
func readCopy(name string) Pair {
	var p Pair
	data, err := os.ReadFile(name)
	if name == "" || err != nil || json.Unmarshal(data, &p) != nil {
		return Pair{}
	}
	return p
}

// writeCopy puts a pair into a file, so that it is there after a power cut.
func writeCopy(name string, p Pair) (err error) {
	if name == "" {
		return nil
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".zalo-oa-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write token copy: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write token copy: %w", err)
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(name))
	}
	return err
}

// syncFolder makes a rename last. Systems that cannot do it are forgiven.
func syncFolder(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	_ = dir.Sync()
	return nil
}
