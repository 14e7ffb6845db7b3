package ladder

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"canopy/model"
)

// verify waits until no report has the findings any more, with an end. An error means that the context ended first. It tells what
// the last report says of the findings in any case.
func (l *Ladder) verify(ctx context.Context, closes []string) (model.Check, standing, error) {
	news, unsubscribe := l.reports.Subscribe()
	defer unsubscribe()
	end := time.NewTimer(l.Verify)
	defer end.Stop()
	for {
		at := stand(l.reports.Report(), closes)
		if len(at.remaining) == 0 && !at.loading {
			return proof(at, len(closes)), at, nil
		}
		select {
		case <-news:
		case <-end.C:
			if len(at.remaining) == 0 {
				return proof(at, len(closes)), at, nil
			}
			return goingOn(at.remaining, len(closes), l.Verify), at, nil
		case <-ctx.Done():
			return model.Check{}, at, ctx.Err()
		}
	}
}

// standing is what a report says of findings that are to end.
type standing struct {
	// remaining go on. Of those that are undecided nobody can say whether they do.
	remaining, undecided []string
	// reason says why the first is undecided, loading that one of them will not be for long.
	reason  string
	loading bool
}

// stand looks for findings in a report. That nobody sees one proves nothing where its rule can no longer be judged, since what that
// needs is not seen.
func stand(report *model.Report, ids []string) standing {
	var at standing
	if report == nil || report.Findings == nil {
		at.remaining = slices.Clone(ids)
		return at
	}
	for _, id := range ids {
		rule, _, _ := strings.Cut(id, "/")
		state, known := report.Rules[rule]
		switch {
		case report.Findings.Get(id) != nil:
			at.remaining = append(at.remaining, id)
		case known && (state.Loading || state.Verdict == model.Unknown):
			if len(at.undecided) == 0 {
				at.reason = state.Reason
			}
			at.undecided = append(at.undecided, id)
			at.loading = at.loading || state.Loading
		}
	}
	return at
}

// look puts down what is known of the findings by now.
func (l *Ladder) look(applied *model.Applied, closes []string) {
	at := stand(l.reports.Report(), closes)
	applied.Remaining, applied.Undecided = at.remaining, at.undecided
}

// proof is the check of findings that no report has any more.
func proof(at standing, n int) model.Check {
	check := model.Check{Rung: model.RungVerified, Step: model.WholePlan, Outcome: model.Passed}
	switch {
	case len(at.undecided) > 0:
		check.Outcome = model.Untestable
		check.Message = "whether " + listed(at.undecided) + " ended cannot be seen: " + at.reason
	case n == 1:
		check.Message = "the finding has ended"
	case n > 1:
		check.Message = fmt.Sprintf("all %d findings have ended", n)
	}
	return check
}

// named is how many findings a message names.
const named = 3

// listed names some findings.
func listed(ids []string) string {
	list := strings.Join(ids[:min(named, len(ids))], ", ")
	if more := len(ids) - named; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// goingOn is the check of findings that did not end.
func goingOn(still []string, of int, wait time.Duration) model.Check {
	return model.Check{
		Rung: model.RungVerified, Step: model.WholePlan, Outcome: model.Failed, Cause: model.CauseOpen,
		Message: fmt.Sprintf("%d of %d findings go on %s after the rollout: %s", len(still), of, wait, listed(still)),
	}
}
