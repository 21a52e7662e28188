// A short report: one line for each top suite, one for each slow test, every failure in full.
// Writes "passed failed" to the file in LB_TEST_COUNTS, for the closing line of `npm test`.
const { writeFileSync } = require("node:fs");
const { Runner, reporters } = require("mocha");

const SLOW_TEST_MS = 1000;
const events = Runner.constants;

class ShortReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    let inSuite = { passed: 0, failed: 0, ms: 0 };
    const line = (text) => reporters.Base.consoleLog(text);
    runner.on(events.EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) inSuite = { passed: 0, failed: 0, ms: 0 };
    });
    runner.on(events.EVENT_TEST_PASS, (test) => {
      inSuite.passed++;
      inSuite.ms += test.duration ?? 0;
      if ((test.duration ?? 0) >= SLOW_TEST_MS) line(`  slow: ${test.title} (${test.duration} ms)`);
    });
    runner.on(events.EVENT_TEST_FAIL, (test) => {
      inSuite.failed++;
      line(`  FAILED: ${test.fullTitle()}`);
    });
    runner.on(events.EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const { passed, failed, ms } = inSuite;
      line(`${suite.title}: ${passed} passed${failed ? `, ${failed} FAILED` : ""} (${ms} ms)`);
    });
    runner.once(events.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      if (failures > 0) reporters.Base.list(this.failures);
      const file = process.env.LB_TEST_COUNTS;
      if (file) writeFileSync(file, `${passes} ${failures}\n`);
    });
  }
}

module.exports = ShortReporter;
