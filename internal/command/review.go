// Package command is what the program does besides being a provider: one file a command.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/review"
)

// The exit codes of review. 2 is left to Go, which ends with it when a program breaks.
const (
	reviewUnread = 1
	reviewSecond = 3
)

const aboutReview = `Reads plan JSON on standard input, and writes for a pull request what the plan does to people:

  terraform show -json exit.tfplan | terraform-provider-offboard review

It ends with
  0  where nothing that is looked for needs a second pair of eyes;
  3  where something does: more people than --max-people, somebody protected, what others or
     programs rely on, what will not go, what came back, what has to move and has no successor, an
     approval that is missing or their own, a deletion, what is no longer watched, what a case
     finds outstanding and the plan does not take away, a plan that is not complete;
  1  where the plan could not be read, ended with an error, or has nothing of this provider: then
     nothing is known.

What it writes is never over 60,000 bytes. What it had to leave out is counted at the top.`

// Review returns the command.
func Review() *cli.Command {
	return &cli.Command{
		Name: "review", Usage: "say what a plan does to people, for those who approve it", Description: aboutReview,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "markdown or text; text on a terminal if not set"},
			&cli.IntFlag{Name: "max-people", Value: 10, Usage: "how many people a plan may newly terminate without a second pair of eyes"},
			&cli.StringSliceFlag{Name: "protected", Usage: "an address or account id whose exit needs one; those in the provider block, where they are constants, do already"},
			&cli.StringFlag{Name: "approved-by", Usage: "who approved all of it, by email, where no offboard_case says so"},
		},
		Action: runReview,
	}
}

func runReview(_ context.Context, c *cli.Command) error {
	root := c.Root()
	write := (*review.Review).Markdown
	switch format := c.String("format"); {
	case format == "text", format == "" && terminal(root.Writer):
		write = (*review.Review).Text
	case format != "" && format != "markdown":
		return cli.Exit(fmt.Sprintf("there is no format %q: it is markdown or text", format), reviewUnread)
	}
	if c.Args().Present() {
		return cli.Exit("review reads standard input, and takes no arguments", reviewUnread)
	}
	if terminal(root.Reader) {
		return cli.Exit("review reads plan JSON on standard input: terraform show -json FILE | terraform-provider-offboard review", reviewUnread)
	}
	found, err := review.Read(root.Reader, review.Options{
		Kinds: provider.Reviewed(), Indirect: provider.Indirect(), MaxPeople: c.Int("max-people"), Protected: c.StringSlice("protected"), ApprovedBy: c.String("approved-by"),
	})
	if err != nil {
		return cli.Exit("could not review the plan: "+err.Error()+".", reviewUnread)
	}
	if _, err := io.WriteString(root.Writer, write(found)); err != nil {
		return cli.Exit(fmt.Errorf("could not write the review: %w", err), reviewUnread)
	}
	switch {
	case found.Blind != "":
		return cli.Exit(errors.New("the plan can't be judged"), reviewUnread)
	case found.Second():
		return cli.Exit("", reviewSecond)
	}
	return nil
}

// terminal says that somebody sits at the other end.
func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
