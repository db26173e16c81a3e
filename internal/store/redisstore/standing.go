package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Standing is how the servers are at the moment, the worst of all masters.
type Standing struct {
	// Known says that the servers tell more than their time; where others run
	// them they may not.
	Known   bool
	Version string // the oldest
	// Used and Max are the memory of the fullest server, in bytes; Max is 0 if
	// none has a bound.
	Used, Max uint64
	// WriteFails says that a server cannot write to its disk.
	WriteFails bool
	// Offset is how far a server's clock is before ours, the largest of all; half
	// of the time that asking took is allowed for.
	Offset time.Duration
}

// Standing asks the servers how they are.
func (s *Store) Standing(ctx context.Context) (Standing, error) {
	out := Standing{Known: true}
	for _, n := range s.layout.Load().masters() {
		if err := s.askTime(ctx, n, &out); err != nil {
			return Standing{}, err
		}
		facts := map[string]string{}
		for _, section := range []string{"server", "memory", "persistence"} {
			c := &call{at: n, args: []any{"info", section}}
			if err := s.do(ctx, c); err != nil {
				if _, said := errors.AsType[*refusal](err); !said {
					return Standing{}, err
				}
				out.Known = false
				continue
			}
			readInfo(facts, text(c.value))
		}
		out.add(facts)
	}
	return out, nil
}

func (s *Store) askTime(ctx context.Context, n *node, out *Standing) error {
	began := time.Now()
	c := &call{at: n, args: []any{"time"}}
	if err := s.do(ctx, c); err != nil {
		return err
	}
	took := time.Since(began)
	var told clock
	told.tell(c.value)
	r := told.said.Load()
	if r == nil {
		return nil
	}
	if offset := r.server.Sub(began.Add(took / 2)); offset.Abs() > out.Offset.Abs() {
		out.Offset = offset
	}
	return nil
}

// readInfo takes the lines «name:value» of an answer to INFO.
func readInfo(facts map[string]string, answer string) {
	for line := range strings.Lines(answer) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[name] = value
		}
	}
}

// add takes what is worse of one server.
func (s *Standing) add(facts map[string]string) {
	if v := facts["redis_version"]; v != "" && (s.Version == "" || older(v, s.Version)) {
		s.Version = v
	}
	used, _ := strconv.ParseUint(facts["used_memory"], 10, 64)
	most, _ := strconv.ParseUint(facts["maxmemory"], 10, 64)
	switch {
	case most == 0 && s.Max == 0:
		s.Used = max(s.Used, used)
	case most > 0 && (s.Max == 0 || float64(used)/float64(most) > float64(s.Used)/float64(s.Max)):
		s.Used, s.Max = used, most
	}
	for _, write := range []string{"rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status"} {
		if v := facts[write]; v != "" && v != "ok" {
			s.WriteFails = true
		}
	}
}

// OlderThan reports whether the oldest server is of a version before that one:
// "7.0".
func (s Standing) OlderThan(version string) bool { return s.Version != "" && older(s.Version, version) }

// older compares versions by their numbers.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return len(as) < len(bs)
}
