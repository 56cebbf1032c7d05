package command_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/urfave/cli/v3"

	"github.com/offboard/terraform-provider-offboard/internal/command"
)

// run runs the program with a command, and returns its exit code, what it wrote, and what it said.
func run(t *testing.T, in io.Reader, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	program := &cli.Command{
		Name: "terraform-provider-offboard", Commands: []*cli.Command{command.Review(), command.Verify()},
		Reader: in, Writer: &stdout, ErrWriter: &stderr,
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	err := program.Run(t.Context(), append([]string{program.Name}, args...))
	if exit, ok := errors.AsType[cli.ExitCoder](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		code = 1
	}
	if err != nil {
		stderr.WriteString(err.Error())
	}
	return code, stdout.String(), stderr.String()
}
