package settings

import "time"

// options is the table of all settings, in the order in which the default file and the documentation list them.
func options() []option {
	return []option{
		{
			name: "theme", kind: theme, fallback: "terminal", values: []string{"terminal", "canopy", "contrast"},
			known: func(k *Known) []string { return k.Themes },
			doc:   "The colours. The theme terminal takes those of the terminal itself; $NO_COLOR and --no-color take the colours of any theme away.",
			field: func(d *Dashboard) any { return &d.Theme },
		},
		{
			name: "background", kind: choice, fallback: "auto", values: []string{"auto", "dark", "light"},
			doc:   "What the background of the terminal is, for the colours that depend on it; auto asks the terminal.",
			field: func(d *Dashboard) any { return &d.Background },
		},
		{
			name: "keys", kind: keys, global: true, example: "filter: [\"/\", ctrl+s]\npause: \"\"",
			known: func(k *Known) []string { return k.Actions },
			doc: "Other keys for actions. The help (?) shows the actions and the keys that they have now. Signs such as / and ? stand in quotes; " +
				"modifiers are ctrl+, alt+, shift+, meta+, hyper+ and super+; \"\" or [] leaves an action without a key, so that only the palette reaches it.",
			field: func(d *Dashboard) any { return &d.Keys },
		},
		{
			name: "columns", kind: columns, example: "findings: [severity, object, finding]",
			doc:   "The columns of a screen, from left to right. [] are the screen's usual ones.",
			field: func(d *Dashboard) any { return &d.Columns },
		},
		{
			name: "start", kind: choice, fallback: "overview", values: []string{"overview", "findings", "resources"},
			known: func(k *Known) []string { return k.Screens },
			doc:   "The screen to begin with.",
			field: func(d *Dashboard) any { return &d.Start },
		},
		{
			name: "namespaces", kind: namespaces, example: "[shop, payments]",
			doc:   "The namespaces to show at the start; [] is all. The flags -n and -A are over it, for the context that they are given with.",
			field: func(d *Dashboard) any { return &d.Namespaces },
		},
		{
			name: "refresh", kind: duration, fallback: "100ms", min: 50 * time.Millisecond, max: time.Minute,
			doc:   "The least time between two updates of the screen. Over a slow line more is easier on the eye.",
			field: func(d *Dashboard) any { return &d.Refresh },
		},
		{
			name: "mouse", kind: flag, fallback: "true",
			doc:   "Use the mouse. Without it the terminal selects text as elsewhere.",
			field: func(d *Dashboard) any { return &d.Mouse },
		},
		{
			name: "ascii", kind: flag, fallback: "false",
			doc:   "Plain ASCII characters only. The flag --ascii is over it, for all contexts.",
			field: func(d *Dashboard) any { return &d.ASCII },
		},
		{
			name: "glow", kind: flag, fallback: "true",
			doc:   "Draw what is new so for a moment.",
			field: func(d *Dashboard) any { return &d.Glow },
		},
		{
			name: "readOnly", kind: flag, fallback: "false",
			doc: "Write nothing to the cluster and rehearse nothing on it, whatever is confirmed on the screen; canopy fix --apply, canopy fix --dry-run and " +
				"canopy undo refuse too. The flag --read-only is over it, for all contexts.",
			field: func(d *Dashboard) any { return &d.ReadOnly },
		},
		{
			name: "metrics", kind: flag, fallback: "true",
			doc:   "Ask the metrics API what nodes and pods use, twice a minute, from when the screen of nodes was first opened. The audit log shows it.",
			field: func(d *Dashboard) any { return &d.Metrics },
		},
		{
			name: "jewels", kind: jewels, example: "[payments/Secret/postgres, Node/n1]",
			doc: "Crown jewels: what must not fall into wrong hands. Paths of attack that lead there count and are shown, and findings that lead there weigh more. " +
				"It holds for all commands, not for the dashboard alone. canopy paths --jewel adds to them.",
			field: func(d *Dashboard) any { return &d.Jewels },
		},
		{
			name: "judge", kind: group, doc: "What findings are judged by. It holds for all commands that judge, not for the dashboard alone.",
			options: []option{
				{
					name: "registryAllow", kind: registries, example: "[registry.example/team, registry.k8s.io]",
					doc: "The registries, and paths in them, that images may come from; [] is that all may. " +
						"The flag --registry-allow is over it.",
					field: func(d *Dashboard) any { return &d.RegistryAllow },
				},
				{
					name: "scanMaxAge", kind: duration, fallback: "24h", min: time.Minute, max: 366 * 24 * time.Hour,
					doc:   "How old the scan of an image may be. The flag --max-age is over it.",
					field: func(d *Dashboard) any { return &d.ScanMaxAge },
				},
				{
					name: "secretMaxAge", kind: duration, fallback: "8760h", min: time.Hour, max: 10 * 366 * 24 * time.Hour,
					doc:   "How long the data of a Secret may stay as it is. The flag --max-secret-age is over it.",
					field: func(d *Dashboard) any { return &d.SecretMaxAge },
				},
			},
		},
		{
			name: "log", kind: group, global: true, doc: "What the dashboard logs, and where.",
			options: []option{
				{
					name: "file", kind: path, example: "~/canopy.log",
					doc:   "The file to append a log to; \"\" logs nothing. One that cannot be written is named on the screen. The flag --log-file is over it.",
					field: func(d *Dashboard) any { return &d.LogFile },
				},
				{
					name: "level", kind: choice, fallback: "info", values: []string{"debug", "info", "warn", "error"},
					doc:   "How much to log. The flag --log-level is over it.",
					field: func(d *Dashboard) any { return &d.LogLevel },
				},
			},
		},
		{
			name: "contexts", kind: contexts, global: true,
			example: "prod:\n  theme: contrast\n  namespaces: [shop]",
			doc: "Settings for single contexts of the kubeconfig, by name, over those above; all but keys and log. The demo is the context demo. " +
				"Who gives production its own theme sees where he is.",
		},
	}
}

// contextual is the table of the settings that a context can have of its own.
func contextual() []option {
	var list []option
	for _, o := range options() {
		if !o.global {
			list = append(list, o)
		}
	}
	return list
}
