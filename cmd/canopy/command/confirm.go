package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"canopy/cmd/canopy/settings"
)

var (
	errNoAnswer = errors.New("there is no terminal to ask on: give --yes to do it without being asked, or --dry-run=server to try it")
	errNotYes   = errors.New("the answer was not yes: nothing was written")
)

// mayWrite says where a command may not write, nor rehearse: where --read-only or the setting readOnly holds. Settings that cannot
// be read may have said so.
func (r *run) mayWrite(flags *pflag.FlagSet) error {
	name, err := r.connect.Name()
	if err != nil {
		return err
	}
	paths := r.paths()
	set, problems, err := settings.Load(paths.Config, known(paths.Themes))
	return readOnlyBy(set, problems, err, name, r.given(flags))
}

// readOnlyBy says why nothing is written to a context, of settings as they were read and what the command line says over them; nil
// where it is. Settings that cannot be read may have said so, unless the command line says otherwise.
func readOnlyBy(set *settings.Settings, problems []settings.Problem, failure error, context string, given settings.Given) error {
	if given.ReadOnly == nil {
		if failure != nil {
			return fmt.Errorf("whether the setting readOnly holds cannot be read: %w", failure)
		}
		for _, p := range problems {
			if mayMeanReadOnly(p.Setting, context) {
				return fmt.Errorf("whether the setting readOnly holds cannot be read: %s", p)
			}
		}
	}
	if set.For(context).With(given).ReadOnly {
		return errReadOnly
	}
	return nil
}

// mayMeanReadOnly tells whether a setting that is wrong could have said that nothing is written to a context: that it is spelt otherwise
// counts too.
func mayMeanReadOnly(setting, context string) bool {
	switch setting {
	case "", "contexts", "contexts." + context:
		return true
	}
	if other, inContext := strings.CutPrefix(setting, "contexts."); inContext {
		if setting, inContext = strings.CutPrefix(other, context+"."); !inContext {
			return false
		}
	}
	return strings.EqualFold(strings.NewReplacer("-", "", "_", "").Replace(setting), "readOnly")
}

// canAsk tells whether there is a way to confirm, and a place for what takes the changes back, before anything is begun.
func (r *run) canAsk(flags *confirmFlags) error {
	if !flags.yes && !r.streams.Ask {
		return errNoAnswer
	}
	if flags.undo == "" {
		return nil
	}
	if _, err := os.Lstat(flags.undo); err == nil {
		return fmt.Errorf("--undo: %s is there already, and stays as it is", flags.undo)
	}
	return nil
}

// confirm asks a question that only the word yes answers with yes.
func (r *run) confirm(ctx context.Context, question string) error {
	answer, err := r.reply(ctx, question+" type yes: ")
	if err == nil && answer != "yes" {
		err = &shortfall{text: errNotYes.Error()}
	}
	return err
}

// reply asks a question and gives the line that answers it.
func (r *run) reply(ctx context.Context, question string) (string, error) {
	r.ask(question)
	type answer struct {
		text string
		err  error
	}
	given := make(chan answer, 1)
	if r.answers == nil {
		r.answers = bufio.NewReader(r.streams.In)
	}
	in := r.answers
	go func() {
		text, err := in.ReadString('\n')
		given <- answer{text, err}
	}()
	select {
	case a := <-given:
		if a.err != nil {
			r.tell("\n")
		}
		return strings.TrimSpace(a.text), nil
	case <-ctx.Done():
		r.tell("\n")
		return "", &shortfall{text: "interrupted: nothing was written"}
	}
}
