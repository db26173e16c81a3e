// Command doithoai answers residents' questions about social policy, from a
// knowledge base that editors keep. «doithoai serve» is the service, the other
// commands are for those who keep it and its knowledge.
//
// The commands only read arguments and print; what they do lives in
// internal/app and knowledge. Everything printed is Vietnamese. The exit code
// is 0 when all is well, 1 when something failed or a fault was found, 2 when
// the command was not understood.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/doithoai/doithoai/internal/config"
)

// What is set when a release is built.
var (
	version = "dev"
	commit  = "" // where the build sees no repository, as in a container; else the build itself knows it
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr, os.Environ()}))
}

// streams is what a command reads from its surroundings and writes to them.
type streams struct {
	in      io.Reader
	out     io.Writer
	err     io.Writer
	environ []string
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errFound ends a command that has printed the faults it found: there is
// nothing left to say.
var errFound = errors.New("faults found")

// complaint is an error in whole Vietnamese sentences, for whoever typed the
// command.
type complaint string

func (c complaint) Error() string { return string(c) }

func complain(format string, args ...any) error { return complaint(fmt.Sprintf(format, args...)) }

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, io streams) int {
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	usage, misused := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return exitOK
	case misused:
		fmt.Fprintf(io.err, "%s\nXem cách dùng: %s --help\n", usage.text, usage.command)
		return exitUsage
	case errors.Is(err, errFound):
		return exitFailed
	case isSettings(err):
		fmt.Fprintf(io.err, "Các thiết đặt có lỗi:\n%v\n", err)
		return exitFailed
	default:
		fmt.Fprintln(io.err, err)
		return exitFailed
	}
}

func isSettings(err error) bool {
	_, ok := errors.AsType[config.Faults](err)
	return ok
}
