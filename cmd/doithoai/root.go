package main

import (
	"github.com/spf13/cobra"
)

// newRoot builds the tree of commands.
func newRoot(io streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "doithoai",
		Short:         "Trợ lý trả lời bà con về chính sách an sinh xã hội",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          group,
		Args:          noSuchCommand,
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { printHelp(cmd) })
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentFlags().BoolP("help", "h", false, "xem cách dùng")
	root.PersistentFlags().String("config", "", "`TỆP` thiết đặt (không ghi thì tìm doithoai.yaml trong thư mục này)")
	root.AddCommand(
		newServe(io),
		newChat(io),
		newKB(io),
		newDesks(io),
		newConfig(io),
		newOutbox(io),
		newOfficer(io),
		newCase(io),
		newReport(io),
		newBackup(io),
		newRestore(io),
		newCompact(io),
		newSpool(io),
		newStore(io),
		newDoctor(io),
		newReady(io),
		newZalo(io),
		newVersion(),
		newCompletion(),
	)
	return root
}

// group is the action of a command that only holds others: it shows them.
func group(cmd *cobra.Command, _ []string) error { return cmd.Help() }
