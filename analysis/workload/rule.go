package workload

import "canopy/model"

// rule is a number for a rule of the catalogue, so that sets of rules are bits.
type rule uint8

// The rules that are judged on workloads, in the order of their ids.
const (
	im01 rule = iota
	im02
	im03
	im04
	im07
	lp21
	lp22
	lp24
	lp26
	ps01
	ps02
	ps03
	ps04
	ps05
	ps06
	ps07
	ps08
	ps09
	ps10
	ps11
	ps12
	ps13
	ps14
	ps15
	ps16
	ps17
	ps18
	ps19
	ps20
	ps21
	ps22
	ps23
	ps24
	ps25
	ps26
	ps27
	ps28
	ps29
	se01
	se02
	se09
	ruleCount
)

// ruleTable holds the ids, and the severity that a hit has unless it is worse or milder than usual.
var ruleTable = [ruleCount]struct {
	id       string
	severity model.Severity
}{
	im01: {"IM01", model.Medium},
	im02: {"IM02", model.Low},
	im03: {"IM03", model.High},
	im04: {"IM04", model.Low},
	im07: {"IM07", model.Medium},
	lp21: {"LP21", model.Medium},
	lp22: {"LP22", model.Medium},
	lp24: {"LP24", model.Medium},
	lp26: {"LP26", model.Low},
	ps01: {"PS01", model.Critical},
	ps02: {"PS02", model.High},
	ps03: {"PS03", model.High},
	ps04: {"PS04", model.High},
	ps05: {"PS05", model.Medium},
	ps06: {"PS06", model.High},
	ps07: {"PS07", model.Critical},
	ps08: {"PS08", model.Medium},
	ps09: {"PS09", model.High},
	ps10: {"PS10", model.High},
	ps11: {"PS11", model.High},
	ps12: {"PS12", model.Low},
	ps13: {"PS13", model.High},
	ps14: {"PS14", model.Critical},
	ps15: {"PS15", model.Medium},
	ps16: {"PS16", model.Medium},
	ps17: {"PS17", model.Medium},
	ps18: {"PS18", model.Medium},
	ps19: {"PS19", model.Medium},
	ps20: {"PS20", model.Medium},
	ps21: {"PS21", model.High},
	ps22: {"PS22", model.Medium},
	ps23: {"PS23", model.Low},
	ps24: {"PS24", model.Medium},
	ps25: {"PS25", model.Medium},
	ps26: {"PS26", model.Medium},
	ps27: {"PS27", model.Low},
	ps28: {"PS28", model.Low},
	ps29: {"PS29", model.Medium},
	se01: {"SE01", model.High},
	se02: {"SE02", model.Medium},
	se09: {"SE09", model.High},
}

func (r rule) id() string { return ruleTable[r].id }

// rules is a set of rules.
type rules uint64

func (s rules) has(r rule) bool { return s&(1<<r) != 0 }
func (s *rules) add(r rule)     { *s |= 1 << r }
