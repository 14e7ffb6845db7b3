package nodes

import "time"

// askAgain is for how long an error is told before the server is asked again whether kubelets can be asked.
const askAgain = 15 * time.Second

// access is the answer to whether kubelets can be asked.
type access struct {
	err error
	// again tells when to ask anew; nil where the answer holds.
	again <-chan time.Time
}

func answered(err error) *access {
	a := &access{err: err}
	if err != nil {
		a.again = time.After(askAgain)
	}
	return a
}

// holds tells that there is no need to ask, as far as is known now.
func (a *access) holds() bool {
	if a == nil {
		return false
	}
	select {
	case <-a.again:
		return false
	default:
		return true
	}
}
