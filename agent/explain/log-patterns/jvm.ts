import type { LogPattern } from './pattern.ts';

const RUNTIME = 'The JVM';

export const JVM: readonly LogPattern[] = [
  {
    id: 'jvm.heap',
    runtime: RUNTIME,
    means: 'memory',
    pattern: /java\.lang\.OutOfMemoryError: Java heap space/,
    says: 'The Java heap was full. Its limit is a quarter of the container’s memory unless the start options say otherwise.',
    advice:
      'Let the heap use three quarters of the container’s memory. If it fills again, have a heap dump written and look at what it is full of (-XX:+HeapDumpOnOutOfMemoryError).',
    command: 'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75',
    example: {
      lines: [
        'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
        '\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)',
        '\tat com.shop.Import.read(Import.java:88)',
      ],
      quote: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
      place: 'com/shop/Import.java:88',
    },
  },
  {
    id: 'jvm.gc-overhead',
    runtime: RUNTIME,
    means: 'memory',
    pattern: /java\.lang\.OutOfMemoryError: GC overhead limit exceeded/,
    says: 'The Java heap was so full that the JVM spent nearly all its time looking for memory to free.',
    advice: 'Let the heap use three quarters of the container’s memory, or find out what it is full of by a heap dump.',
    command: 'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75',
    example: {
      lines: ['java.lang.OutOfMemoryError: GC overhead limit exceeded', '\tat com.shop.Cart.add(Cart.java:12)'],
      quote: 'java.lang.OutOfMemoryError: GC overhead limit exceeded',
      place: 'com/shop/Cart.java:12',
    },
  },
  {
    id: 'jvm.metaspace',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'ran out of room for classes',
    pattern: /java\.lang\.OutOfMemoryError: (?:Metaspace|Compressed class space|PermGen space)/,
    says: 'The room for loaded classes was full. It has a limit of its own beside the heap.',
    advice:
      'Raise -XX:MaxMetaspaceSize if it is set low. If the number of loaded classes grows for ever, something makes new ones all the time: proxies, scripts, redeployments.',
    example: {
      lines: ['java.lang.OutOfMemoryError: Metaspace'],
      quote: 'java.lang.OutOfMemoryError: Metaspace',
    },
  },
  {
    id: 'jvm.direct',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'ran out of memory for direct buffers',
    pattern: /OutOfMemoryError: (?:Direct buffer memory|Cannot reserve \d{1,15} bytes of direct buffer memory)/,
    says: 'Buffers outside the Java heap (network, files) reached their limit, which is as large as the heap unless it is set.',
    advice: 'Set the limit to what the network code needs, and count it in the container’s memory beside the heap.',
    command: 'JAVA_TOOL_OPTIONS=-XX:MaxDirectMemorySize=256m',
    example: {
      lines: [
        'java.lang.OutOfMemoryError: Cannot reserve 16777216 bytes of direct buffer memory (allocated: 268419072)',
      ],
      quote: 'java.lang.OutOfMemoryError: Cannot reserve 16777216 bytes of direct buffer memory (allocated: 268419072)',
    },
  },
  {
    id: 'jvm.threads',
    runtime: RUNTIME,
    means: 'processes',
    pattern: /OutOfMemoryError: unable to create (?:new )?native thread/,
    says: 'The kernel refused another thread. In spite of its name this is about the number of threads, not about memory.',
    advice:
      'Raise the limit of processes and threads, or bound the thread pool that grows. Without a limit of the container, look at ulimit -u.',
    example: {
      lines: [
        'Exception in thread "main" java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached',
      ],
      quote:
        'Exception in thread "main" java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached',
    },
  },
  {
    id: 'jvm.out-of-memory',
    runtime: RUNTIME,
    means: 'memory',
    pattern: /java\.lang\.OutOfMemoryError/,
    says: 'The JVM could not get the memory that the program asked for.',
    advice: 'Let the heap use three quarters of the container’s memory, or ask for less at once.',
    command: 'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75',
    example: {
      lines: ['java.lang.OutOfMemoryError: Requested array size exceeds VM limit'],
      quote: 'java.lang.OutOfMemoryError: Requested array size exceeds VM limit',
    },
  },
  {
    id: 'jvm.insufficient',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /^# There is insufficient memory for the Java Runtime Environment to continue/,
    says: 'The kernel gave the JVM no more memory. That is not the Java heap’s limit: something bounds the memory of the process, such as ulimit -v.',
    advice:
      'Make the heap smaller than what the process may have (-XX:MaxRAMPercentage=50), or raise that bound. The hs_err file that the JVM wrote tells how much it asked for.',
    command: 'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=50',
    example: {
      lines: [
        '# There is insufficient memory for the Java Runtime Environment to continue.',
        '# Native memory allocation (mmap) failed to map 174063616 bytes for committing reserved memory.',
        '# An error report file with more information is saved as:',
        '# /app/hs_err_pid1.log',
      ],
      quote: '# There is insufficient memory for the Java Runtime Environment to continue.',
    },
  },
  {
    id: 'jvm.crash',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^# {1,3}Problematic frame:/,
    continues: /^# {1,3}[CJVjv] {1,3}/,
    says: 'The JVM itself crashed, in the native code that it names: C is a native library, V the JVM, J compiled Java.',
    advice:
      'The JVM wrote a report, hs_err_pid….log, into its working folder, which is gone with the container. Have it written to a volume, and update the library or the JVM that it names.',
    command: 'JAVA_TOOL_OPTIONS=-XX:ErrorFile=/data/hs_err_%p.log',
    example: {
      lines: [
        '# A fatal error has been detected by the Java Runtime Environment:',
        '#  SIGSEGV (0xb) at pc=0x00007f3c5c0a1139, pid=1, tid=7',
        '# Problematic frame:',
        '# C  [libimage.so+0x1139]  decode+0x9',
        '#',
        '# An error report file with more information is saved as:',
        '# /app/hs_err_pid1.log',
      ],
      quote: '# Problematic frame: # C  [libimage.so+0x1139]  decode+0x9',
    },
  },
  {
    id: 'jvm.report',
    runtime: RUNTIME,
    means: 'error',
    isConsequence: true,
    pattern: /^# An error report file with more information is saved as:/,
    continues: /^# \S/,
    says: 'The JVM itself failed and wrote a report, which is gone with the container unless that folder is a volume.',
    advice: 'Have the report written to a volume, and read there what failed.',
    command: 'JAVA_TOOL_OPTIONS=-XX:ErrorFile=/data/hs_err_%p.log',
    example: {
      lines: ['# An error report file with more information is saved as:', '# /app/hs_err_pid1.log'],
      quote: '# An error report file with more information is saved as: # /app/hs_err_pid1.log',
    },
  },
  {
    id: 'jvm.jar',
    runtime: RUNTIME,
    means: 'error',
    pattern:
      /^Error: (?:Unable to access jarfile|Could not find or load main class|Invalid or corrupt jarfile) (?<what>\S{1,200})/,
    says: 'The JVM started, but what it was told to run is not in the image.',
    advice: 'Check the path after -jar (or the name of the main class) against what the image holds.',
    example: {
      lines: ['Error: Unable to access jarfile /app/shop.jar'],
      quote: 'Error: Unable to access jarfile /app/shop.jar',
    },
  },
  {
    id: 'jvm.main-class',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^Caused by: java\.lang\.(?:ClassNotFoundException|NoClassDefFoundError): (?<what>\S{1,200})/,
    follows: /^Error: Could not find or load main class/,
    says: 'The JVM started, but the class that it was told to run is not on its class path.',
    advice:
      'Check the name of the main class and the class path (-cp, or Class-Path in the jar) against what the image holds.',
    example: {
      lines: [
        'Error: Could not find or load main class com.shop.Main',
        'Caused by: java.lang.ClassNotFoundException: com.shop.Main',
      ],
      quote: 'Caused by: java.lang.ClassNotFoundException: com.shop.Main',
    },
  },
  {
    id: 'jvm.option',
    runtime: RUNTIME,
    means: 'error',
    pattern:
      /^(?:Unrecognized (?:VM )?option|Improperly specified VM option|Missing \S{1,40} option|Invalid (?:maximum|initial|thread) |Invalid \w{1,60}=)/,
    precedes: /^Error: Could not create the Java Virtual Machine/,
    says: 'The JVM did not start: it was given an option that it does not know, or with a value that it cannot have.',
    advice:
      'Check the options on the command line and in JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS and _JAVA_OPTIONS. Options come and go between versions of Java.',
    command: 'java -XX:+PrintFlagsFinal -version',
    example: {
      lines: [
        "Unrecognized VM option 'UseConcMarkSweepGC'",
        'Error: Could not create the Java Virtual Machine.',
        'Error: A fatal exception has occurred. Program will exit.',
      ],
      quote: "Unrecognized VM option 'UseConcMarkSweepGC'",
    },
  },
  {
    id: 'jvm.reserve',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not reserve the heap that it was told to use',
    pattern: /^Could not reserve enough space for (?:\d{1,15}KB )?object heap/,
    follows: /^Error occurred during initialization of VM/,
    says: 'The heap that the JVM was told to use is more than it may have: more than the machine has, or than something such as ulimit -v allows.',
    advice:
      'Give the heap three quarters of the container’s memory limit, or leave -Xmx out: then the JVM takes a share of that limit.',
    command: '-XX:MaxRAMPercentage=75',
    example: {
      lines: [
        'Error occurred during initialization of VM',
        'Could not reserve enough space for 94371840KB object heap',
      ],
      quote: 'Could not reserve enough space for 94371840KB object heap',
    },
  },
  {
    id: 'jvm.initialization',
    runtime: RUNTIME,
    means: 'error',
    isConsequence: true,
    pattern: /^Error occurred during initialization of VM/,
    continues: /^\S.{1,300}$/,
    says: 'The JVM could not set itself up with the options that it was given.',
    advice: 'The next line says which. Check the command line, JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS and _JAVA_OPTIONS.',
    example: {
      lines: [
        'Error occurred during initialization of VM',
        'Initial heap size set to a larger value than the maximum heap size',
      ],
      quote:
        'Error occurred during initialization of VM Initial heap size set to a larger value than the maximum heap size',
    },
  },
  {
    id: 'jvm.class-version',
    runtime: RUNTIME,
    means: 'error',
    pattern: /java\.lang\.UnsupportedClassVersionError/,
    says: 'The program was compiled for a newer Java than the one in the image.',
    advice: 'Use an image with the Java version that it was compiled for, or compile with --release for the older one.',
    example: {
      lines: [
        'Error: LinkageError occurred while loading main class App',
        '\tjava.lang.UnsupportedClassVersionError: App has been compiled by a more recent version of the Java Runtime (class file version 65.0)',
      ],
      quote:
        'java.lang.UnsupportedClassVersionError: App has been compiled by a more recent version of the Java Runtime (class file version 65.0)',
    },
  },
  {
    id: 'jvm.exception',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^(?:Exception in thread "[^"]{1,80}" |Caused by: )[\w$.]{1,200}/,
    says: 'An exception was thrown and nothing in the program caught it. Of several, the last “Caused by” is where it began.',
    advice: 'Look at the first line of the program’s own code below it in the stack trace.',
    example: {
      lines: [
        'Exception in thread "main" java.lang.IllegalStateException: not configured',
        '\tat java.base/java.util.Objects.requireNonNull(Objects.java:259)',
        '\tat com.shop.Main.main(Main.java:21)',
      ],
      quote: 'Exception in thread "main" java.lang.IllegalStateException: not configured',
      place: 'com/shop/Main.java:21',
    },
  },
];
