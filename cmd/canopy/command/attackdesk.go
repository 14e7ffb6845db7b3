package command

import (
	"context"

	"canopy/analysis/attack"
)

// AskAttack asks about paths of attack.
func (s *session) AskAttack(ctx context.Context, f func(attack.Asker)) error {
	done := false
	return s.ask(ctx, func(ctx context.Context) error {
		return s.engine.AskAttack(ctx, func(a attack.Asker) {
			f(a)
			done = true
		})
	}, func() bool { return done })
}
