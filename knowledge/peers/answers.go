package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// document is one line of kb.json. Its ID is an entry's, or "entry#n" where each
// wording is a document of its own; nothing before the # is what no entry answers.
type document struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Questions []string `json:"questions"`
	Text      string   `json:"text"`
}

// question is one line of questions.jsonl.
type question struct {
	Q    string   `json:"q"`
	ID   string   `json:"id"` // the right entry; "": nothing should be answered
	Also []string `json:"also,omitempty"`
	Kind string   `json:"kind"`
	Set  string   `json:"set"`  // "dev" or "judge"
	File string   `json:"file"` // the file of the set
}

// header is the first line of raw answers.
type header struct {
	Engine    string  `json:"engine"`
	Version   string  `json:"version"`
	Entries   int     `json:"entries"`
	Questions int     `json:"questions"`
	Build     float64 `json:"build_s"`
	PerSecond float64 `json:"qps"`
	P50       float64 `json:"p50_us"`
	P95       float64 `json:"p95_us"`
	P99       float64 `json:"p99_us"`
	Peak      float64 `json:"peak_mb"`
}

// hit is an entry and its score, a higher one better; in JSON ["id", 1.5].
type hit struct {
	id    string
	score float64
}

func (h hit) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{h.id, h.score}) }

func (h *hit) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[2]any{&h.id, &h.score})
}

// answer is every further line of raw answers: at most five hits, best first,
// none where the engine does not answer.
type answer struct {
	I   int   `json:"i"`
	Top []hit `json:"top"`
}

// task is what every engine is started with.
type task struct {
	questions string
	out       string
	seconds   float64
}

func (t *task) flags(f *flag.FlagSet) {
	f.StringVar(&t.questions, "questions", "", "questions.jsonl")
	f.StringVar(&t.out, "out", "", "where the raw answers go")
	f.Float64Var(&t.seconds, "seconds", 1, "how long to measure the speed")
}

// run asks every question, which gives the answers and warms up, then asks them
// in a ring to measure the speed: one caller, one core.
func (t *task) run(h header, ask func(string) ([]hit, error)) error {
	var questions []question
	if err := readLines(t.questions, &questions); err != nil {
		return err
	}
	if len(questions) == 0 {
		return fmt.Errorf("%s holds no questions", t.questions)
	}
	answers := make([]answer, len(questions))
	for i, q := range questions {
		top, err := ask(q.Q)
		if err != nil {
			return fmt.Errorf("ask question %d: %w", i, err)
		}
		answers[i] = answer{I: i, Top: append([]hit{}, top...)}
	}
	var took []float64
	begin := time.Now()
	for i := 0; time.Since(begin).Seconds() < t.seconds; i++ {
		asked := time.Now()
		if _, err := ask(questions[i%len(questions)].Q); err != nil {
			return fmt.Errorf("ask again: %w", err)
		}
		took = append(took, float64(time.Since(asked).Microseconds()))
	}
	h.PerSecond = float64(len(took)) / time.Since(begin).Seconds()
	slices.Sort(took)
	at := func(p float64) float64 { return took[int(p*float64(len(took)-1))] }
	if len(took) > 0 {
		h.P50, h.P95, h.P99 = at(.5), at(.95), at(.99)
	}
	h.Questions, h.Peak = len(questions), peakMB()
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	err := enc.Encode(h)
	for _, a := range answers {
		err = errors.Join(err, enc.Encode(a))
	}
	return errors.Join(err, os.WriteFile(t.out, raw.Bytes(), 0o600))
}

func oneCore() { runtime.GOMAXPROCS(1) }

// peakMB is the highest resident memory so far; 0 where the system does not say.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(v)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// readLines appends every line of a JSON lines file to list.
func readLines[T any](path string, list *[]T) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var t T
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		*list = append(*list, t)
	}
	return lines.Err()
}
