package fixtest

import "sync"

// attempts remembers of each rule what its scenes came to.
type attempts struct {
	mu    sync.Mutex
	rules map[string]attempt
}

// attempt is what was shown of a rule: that documents ended a finding, or that words told what to do.
type attempt struct{ closed, told bool }

func (a *attempts) add(rule string, one attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rules == nil {
		a.rules = map[string]attempt{}
	}
	had := a.rules[rule]
	a.rules[rule] = attempt{had.closed || one.closed, had.told || one.told}
}

func (a *attempts) of(rule string) attempt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.rules[rule]
}
