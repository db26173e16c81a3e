package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError says that the command line was not understood.
type usageError struct {
	command string
	text    string
}

func (e usageError) Error() string { return e.text }

func misuse(cmd *cobra.Command, format string, args ...any) error {
	return usageError{cmd.CommandPath(), fmt.Sprintf(format, args...)}
}

// noSuchCommand refuses what follows a group and names no command of it.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	text := fmt.Sprintf("Không có lệnh «%s %s».", cmd.CommandPath(), args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += fmt.Sprintf(" Có phải là «%s %s»?", cmd.CommandPath(), near[0])
	}
	return misuse(cmd, "%s", text)
}

// between wants at least least and at most most arguments; what says what
// they are.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misuse(cmd, "Thiếu %s.", what)
		case len(args) > most && most == 0:
			return misuse(cmd, "Lệnh này không nhận gì thêm sau tên lệnh; thừa «%s».", args[0])
		case len(args) > most:
			return misuse(cmd, "Thừa «%s»: lệnh này chỉ nhận %s.", args[most], what)
		}
		return nil
	}
}

// flagError says in Vietnamese what the flag library says in English.
func flagError(cmd *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return misuse(cmd, "Không có tùy chọn «%s».", dashed(unknown.GetSpecifiedName()))
	}
	if empty, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return misuse(cmd, "Tùy chọn «%s» cần một giá trị theo sau.", dashed(empty.GetSpecifiedName()))
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return misuse(cmd, "Tùy chọn «--%s» không nhận giá trị «%s».", bad.GetFlag().Name, bad.GetValue())
	}
	return misuse(cmd, "Không hiểu các tùy chọn: %v.", err)
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// printHelp shows what a command does and how it is called.
func printHelp(cmd *cobra.Command) {
	out := cmd.OutOrStdout()
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	fmt.Fprintln(out, strings.TrimSpace(text))
	fmt.Fprint(out, "\nCách dùng:\n")
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "  %s LỆNH\n\nCác lệnh:\n", cmd.CommandPath())
		columns(out, func(row func(...string)) {
			for _, sub := range cmd.Commands() {
				if sub.IsAvailableCommand() {
					row(sub.Name(), sub.Short)
				}
			}
		})
	} else {
		fmt.Fprintf(out, "  %s\n", strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
	if cmd.Example != "" {
		fmt.Fprintf(out, "\nThí dụ:\n%s\n", strings.TrimRight(cmd.Example, "\n"))
	}
	fmt.Fprint(out, "\nTùy chọn:\n")
	columns(out, func(row func(...string)) {
		show := func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			if f.Value.Type() == "bool" {
				name = ""
			}
			row(strings.TrimSpace("--"+f.Name+" "+name), usage)
		}
		cmd.LocalNonPersistentFlags().VisitAll(show)
		cmd.InheritedFlags().VisitAll(show)
		if !cmd.HasParent() {
			cmd.PersistentFlags().VisitAll(show)
		}
	})
}

// columns prints rows with their cells aligned.
func columns(out io.Writer, fill func(row func(cells ...string))) {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fill(func(cells ...string) { fmt.Fprintln(table, "  "+strings.Join(cells, "\t")) })
	_ = table.Flush() // as with Fprint: whoever closed the pipe does not want the rest
}
