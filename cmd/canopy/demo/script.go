package demo

import "time"

// Step is one moment of a script.
type Step struct {
	// At is the time since the loop began.
	At time.Duration
	// What says in words what happens.
	What string
	play func(*stage)
}

// Script is what plays in the demo, over and over.
type Script struct {
	// Length is how long a loop takes.
	Length time.Duration
	// Steps are in the order of their times.
	Steps []Step
}

// opening is how long a visitor sees the cluster at rest.
const opening = 5 * time.Second

// Story is the script of the demo. Every loop ends as it began.
func Story() Script {
	const s = time.Second
	return Script{Length: 240 * s, Steps: []Step{
		{opening, "shop/web is rolled out to 1.5, which no scanner has seen", (*stage).upgrade},
		{9 * s, "the first new pod is ready, the first old one leaves", (*stage).advance},
		{13 * s, "the second new pod is ready, the second old one leaves", (*stage).advance},
		{17 * s, "the third new pod is ready, the last old one leaves", (*stage).advance},
		{21 * s, "shop/web is rolled out", (*stage).advance},

		{36 * s, "RoleBinding shop/ci makes ci/runner an editor of shop", (*stage).bindRunner},
		{54 * s, "NetworkPolicy payments/deny is deleted", (*stage).openPayments},
		{72 * s, "somebody starts a debug pod in kube-system", (*stage).debug},
		{75 * s, "the debug pod runs", (*stage).debugRuns},
		{90 * s, "n6 reboots: it is not ready", (*stage).fail},
		{103 * s, "n6 is ready again, with the kernel of its pool", (*stage).boot},

		{116 * s, "RoleBinding shop/ci is deleted", (*stage).unbindRunner},
		{124 * s, "NetworkPolicy payments/deny is back", (*stage).closePayments},
		{132 * s, "the debug pod is deleted", (*stage).debugLeaves},
		{134 * s, "the debug pod is gone", (*stage).debugGone},

		{146 * s, "a scan report of grafana arrives", (*stage).scan},
		{162 * s, "the operator is cluster-admin no more: it gets what it needs", (*stage).narrowOperator},
		{178 * s, "Secret legacy/intranet-db is rotated", (*stage).rotate},

		{192 * s, "shop/web is rolled back to 1.4", (*stage).downgrade},
		{196 * s, "the first pod of 1.4 is ready", (*stage).advance},
		{200 * s, "the second pod of 1.4 is ready", (*stage).advance},
		{204 * s, "the third pod of 1.4 is ready", (*stage).advance},
		{208 * s, "shop/web is rolled back", (*stage).advance},
		{214 * s, "the operator is cluster-admin again", (*stage).widenOperator},
		{220 * s, "the scan report of grafana is gone", (*stage).unscan},
		{226 * s, "Secret legacy/intranet-db is what it was", (*stage).unrotate},
		{232 * s, "n6 waits for a reboot again", (*stage).unboot},
	}}
}
