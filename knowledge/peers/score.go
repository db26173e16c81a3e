package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// runScore prints one table of the raw answers of any number of engines, best on
// the last set first.
func runScore(args []string) error {
	f := flag.NewFlagSet("score", flag.ContinueOnError)
	path := f.String("questions", "", "questions.jsonl")
	parts := f.Bool("parts", false, "the first hits by file and kind of question, of the last set")
	misses := f.Bool("misses", false, "the questions whose first hit is wrong")
	if err := f.Parse(args); err != nil {
		return err
	}
	var questions []question
	if err := readLines(*path, &questions); err != nil {
		return err
	}
	var results []result
	for _, file := range f.Args() {
		r, err := readResult(file, questions)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		results = append(results, r)
	}
	sets := names(questions, func(q question) string { return q.Set })
	last := sets[len(sets)-1]
	slices.SortStableFunc(results, func(a, b result) int {
		return b.tally(questions, last, "").right - a.tally(questions, last, "").right
	})
	switch {
	case *misses:
		printMisses(questions, results)
	case *parts:
		printParts(questions, results, last)
	default:
		printSets(questions, results, sets)
	}
	return nil
}

// result is what one engine answered.
type result struct {
	header
	answers []answer
}

func readResult(path string, questions []question) (result, error) {
	var r result
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return r, errors.Join(errors.New("no header"), lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &r.header); err != nil {
		return r, err
	}
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return r, err
		}
		if a.I != len(r.answers) {
			return r, fmt.Errorf("answer %d where %d was due", a.I, len(r.answers))
		}
		a.Top = a.Top[:min(5, len(a.Top))]
		r.answers = append(r.answers, a)
	}
	if len(r.answers) != len(questions) {
		return r, fmt.Errorf("%d answers to %d questions", len(r.answers), len(questions))
	}
	return r, lines.Err()
}

// rank is the place of the first right hit, from 0; -1 if there is none.
func rank(q question, a answer) int {
	return slices.IndexFunc(a.Top, func(h hit) bool { return h.id == q.ID || slices.Contains(q.Also, h.id) })
}

// tally counts some of the questions.
type tally struct {
	inScope, right, wrong int // wrong: there was a first hit, of another entry
	reciprocal            float64
	other, silent         int // out of scope, and nothing answered to it
	good, bad             []float64
}

// tally of a set; of one of its files or kinds only, unless part is "".
func (r result) tally(questions []question, set, part string) tally {
	var t tally
	for i, q := range questions {
		if q.Set != set || part != "" && q.File != part && q.Kind != part {
			continue
		}
		a, score := r.answers[i], 0.0
		if len(a.Top) > 0 {
			score = a.Top[0].score
		}
		if q.ID == "" {
			t.other++
			t.bad = append(t.bad, score)
			if len(a.Top) == 0 {
				t.silent++
			}
			continue
		}
		t.inScope++
		at := rank(q, a)
		if at >= 0 {
			t.reciprocal += 1 / float64(at+1)
		}
		switch {
		case at == 0:
			t.right++
			t.good = append(t.good, score)
		case len(a.Top) > 0:
			t.wrong++
		}
	}
	return t
}

// separation is the chance that a rightly answered question scores above one
// out of scope (the area under the ROC curve): 0.5 is no better than a coin.
func (t tally) separation() float64 {
	won := 0.0
	for _, g := range t.good {
		for _, b := range t.bad {
			switch {
			case g > b:
				won++
			case g == b:
				won += .5
			}
		}
	}
	return won / max(1, float64(len(t.good)*len(t.bad)))
}

func printSets(questions []question, results []result, sets []string) {
	head := []string{"engine"}
	for _, set := range sets {
		head = append(head, set+" top-1", "wrong", "MRR@5", "oos empty", "oos AUC")
	}
	printRow(append(head, "queries/s", "p95 ms", "peak MB", "build s"))
	fmt.Println("|---" + strings.Repeat("|---:", 5*len(sets)+4) + "|")
	for _, r := range results {
		cells := []string{r.Engine}
		for _, set := range sets {
			t := r.tally(questions, set, "")
			cells = append(cells, share(t.right, t.inScope), share(t.wrong, t.inScope), fmt.Sprintf("%.3f", t.reciprocal/max(1, float64(t.inScope))),
				share(t.silent, t.other), fmt.Sprintf("%.2f", t.separation()))
		}
		printRow(append(cells, fmt.Sprintf("%.0f", r.PerSecond), fmt.Sprintf("%.2f", r.P95/1000), fmt.Sprintf("%.0f", r.Peak), fmt.Sprintf("%.1f", r.Build)))
	}
	fmt.Println()
	for _, set := range sets {
		t := results[0].tally(questions, set, "")
		fmt.Printf("%s: %d questions with an answer, %d out of scope. ", set, t.inScope, t.other)
	}
	versions := map[string]bool{}
	for _, r := range results {
		family, _, _ := strings.Cut(r.Engine, "-")
		if family == "node" {
			family = "node-nlp"
		}
		versions[family+" "+r.Version] = true
	}
	fmt.Println("Versions: " + strings.Join(slices.Sorted(maps.Keys(versions)), ", ") + ".")
}

func printParts(questions []question, results []result, set string) {
	var inScope []question
	for _, q := range questions {
		if q.Set == set && q.ID != "" {
			inScope = append(inScope, q)
		}
	}
	parts := slices.Concat(names(inScope, func(q question) string { return q.File }), names(inScope, func(q question) string { return q.Kind }))
	head := []string{"engine"}
	for _, part := range parts {
		head = append(head, fmt.Sprintf("%s (%d)", part, results[0].tally(questions, set, part).inScope))
	}
	printRow(head)
	fmt.Println("|---" + strings.Repeat("|---:", len(parts)) + "|")
	for _, r := range results {
		cells := []string{r.Engine}
		for _, part := range parts {
			t := r.tally(questions, set, part)
			cells = append(cells, share(t.right, t.inScope))
		}
		printRow(cells)
	}
}

func printMisses(questions []question, results []result) {
	for _, r := range results {
		for i, q := range questions {
			if q.ID == "" || rank(q, r.answers[i]) == 0 {
				continue
			}
			got := "nothing"
			if top := r.answers[i].Top; len(top) > 0 {
				got = top[0].id
			}
			fmt.Printf("%s\t%s\t%s\t%s\twant %s\tgot %s\n", r.Engine, q.Set, q.Kind, q.Q, q.ID, got)
		}
	}
}

func printRow(cells []string) { fmt.Println("| " + strings.Join(cells, " | ") + " |") }

func share(part, whole int) string {
	return fmt.Sprintf("%.1f", 100*float64(part)/max(1, float64(whole)))
}

// names returns the different values of a key, sorted.
func names(questions []question, key func(question) string) []string {
	seen := map[string]bool{}
	for _, q := range questions {
		seen[key(q)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
