package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestCleanupsRunBackwardsAndOnce(t *testing.T) {
	t.Parallel()
	var c cleanups
	var done []string
	for _, name := range []string{"store", "base", "web chat"} {
		c.push(name, func(context.Context) error {
			done = append(done, name)
			if name == "base" {
				return errors.New("stuck")
			}
			return nil
		})
	}
	err := c.run(t.Context())
	if want := []string{"web chat", "base", "store"}; !slices.Equal(done, want) {
		t.Errorf("got %v, want %v", done, want)
	}
	if err == nil || !strings.Contains(err.Error(), "stop base: stuck") {
		t.Errorf("got %v, want the failure of base", err)
	}
	if err := c.run(t.Context()); err != nil || len(done) != 3 {
		t.Errorf("a second run did something: %v, %v", done, err)
	}
}
